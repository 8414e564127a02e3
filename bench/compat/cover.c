/* SPDX-License-Identifier: MIT */
#include "cover.h"

#include "../relay/http_head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEAD_LIMIT = 16 * 1024, PASSWORD_WANTED = 407 };

struct cover {
    const struct way *way;
    struct tls *tls;
    enum { TUNNEL_TO_ASK, TUNNEL_ASKED, TUNNEL_OPEN } tunnel;
    struct builder head; /* of the answer to CONNECT, as far as it came */
    char trouble[TLS_TEXT_LIMIT];
};

struct cover *cover_create(const struct way *way)
{
    struct cover *cover = calloc(1, sizeof(*cover));
    if (!cover)
        return NULL;
    *cover = (struct cover){.way = way,
                            .tls = tls_create(way->trust, way->name),
                            .tunnel = way->tunnel[0] ? TUNNEL_TO_ASK : TUNNEL_OPEN};
    if (cover->tls)
        return cover;
    cover_destroy(cover);
    return NULL;
}

void cover_destroy(struct cover *cover)
{
    if (!cover)
        return;
    tls_destroy(cover->tls);
    builder_finish(&cover->head);
    free(cover);
}

/* ---- the tunnel -------------------------------------------------------------------------- */

static void tell_refusal(struct cover *cover, int status)
{
    snprintf(
        cover->trouble, TLS_TEXT_LIMIT, "the proxy answered CONNECT %s with %d: %s",
        cover->way->tunnel, status,
        status == PASSWORD_WANTED ? "it asks for a password, and this doctor has none to give"
        : status / 100 == 5
            ? "it does not get to the server: is the name right, and is it started?"
            : "it opens no tunnel there. Most open them to port 443 alone: serve https and "
              "wss there (Squid: acl SSL_ports port PORT, tinyproxy: ConnectPort PORT)");
}

static int read_tunnel(struct cover *cover, struct slice came, struct builder *in)
{
    builder_add_slice(&cover->head, came);
    struct slice rest, all = builder_slice(&cover->head);
    size_t len = head_len(all);
    if (len == 0 && all.len < HEAD_LIMIT)
        return 0;
    int status = len ? status_line_read(head_first(all, &rest)) : 0;
    if (!status) {
        snprintf(cover->trouble, TLS_TEXT_LIMIT,
                 "the proxy answers CONNECT with what is no HTTP");
        return -EPROTO;
    }
    if (status / 100 != 2) {
        tell_refusal(cover, status);
        return -EPROTO;
    }
    cover->tunnel = TUNNEL_OPEN;
    return tls_open(cover->tls, (struct slice){all.at + len, all.len - len}, in);
}

/* ---- both -------------------------------------------------------------------------------- */

int cover_open(struct cover *cover, struct slice sealed, struct builder *in)
{
    return cover->tunnel == TUNNEL_OPEN ? tls_open(cover->tls, sealed, in)
                                        : read_tunnel(cover, sealed, in);
}

int cover_seal(struct cover *cover, struct builder *out, struct builder *wire)
{
    const char *to = cover->way->tunnel;
    if (cover->tunnel == TUNNEL_OPEN)
        return tls_seal(cover->tls, out, wire);
    if (cover->tunnel == TUNNEL_TO_ASK)
        builder_format(wire, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to);
    cover->tunnel = TUNNEL_ASKED;
    return 0;
}

bool cover_is_ready(const struct cover *cover)
{
    return tls_is_ready(cover->tls);
}

void cover_end(struct cover *cover)
{
    if (cover_trouble(cover)[0] || cover_is_ready(cover))
        return;
    if (cover->tunnel != TUNNEL_OPEN)
        snprintf(cover->trouble, TLS_TEXT_LIMIT,
                 "the proxy closed the connection on CONNECT %s: it may open no tunnels at all",
                 cover->way->tunnel);
    else
        snprintf(
            cover->trouble, TLS_TEXT_LIMIT,
            "the connection was closed in the middle of TLS's handshake: a port that speaks "
            "something else, a filter that dislikes the name %s, or a proxy without a "
            "certificate",
            cover->way->name);
}

void cover_tell(const struct cover *cover, char ret[TLS_TEXT_LIMIT])
{
    tls_tell(cover->tls, ret);
}

const char *cover_trouble(const struct cover *cover)
{
    return cover->trouble[0] ? cover->trouble : tls_trouble(cover->tls);
}
