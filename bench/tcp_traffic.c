/* SPDX-License-Identifier: MIT */
#include "tcp_traffic.h"

#include <linux/tcp.h> /* glibc's netinet/tcp.h knows only the older half of tcp_info */
#include <netinet/in.h>
#include <sys/socket.h>

void tcp_traffic_add(int fd, struct tcp_traffic *traffic)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return;
    traffic->segments += (uint64_t)info.tcpi_segs_in + info.tcpi_segs_out;
    traffic->bytes += info.tcpi_bytes_received + info.tcpi_bytes_sent;
}
