/* SPDX-License-Identifier: MIT */
#include "status_pages.h"

#include "cursor.h"
#include "transport.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char json_type[] = "application/json";

/* ---- writing JSON ----------------------------------------------------------------------- */

/* `"name":` with a comma in front unless it comes first. */
static void add_name(struct builder *out, const char *name)
{
    struct slice so_far = builder_slice(out);
    if (so_far.len && so_far.at[so_far.len - 1] != '{')
        builder_add(out, ",", 1);
    builder_add(out, "\"", 1);
    builder_add_text(out, name);
    builder_add(out, "\":", 2);
}

static void add_number(struct builder *out, const char *name, uint64_t number)
{
    add_name(out, name);
    builder_add_u64(out, number);
}

static void add_string(struct builder *out, const char *name, struct slice text)
{
    add_name(out, name);
    reply_add_json_string(out, text);
}

/* ---- figures ---------------------------------------------------------------------------- */

/* Each counter once, for both formats. */
struct figure {
    const char *name;
    size_t offset;
    bool gauge;
    const char *help;
};

#define FIGURE(member, gauge, help)                                                            \
    {                                                                                          \
#member, offsetof(struct transport_stats, member), gauge, help                         \
    }

static const struct figure transport_figures[] = {
    FIGURE(subscribers, true, "Subscribers held or streaming now."),
    FIGURE(subscriptions, false, "Streams opened and polls asked."),
    FIGURE(answers, false, "Polls answered."),
    FIGURE(empty_answers, false, "Polls answered without a message."),
    FIGURE(messages, false, "Messages delivered."),
    FIGURE(gaps, false, "Gaps announced."),
    FIGURE(sends, false, "Writes."),
    FIGURE(payload_bytes, false, "Bytes of message data sent."),
    FIGURE(framing_bytes, false, "Bytes sent around message data."),
    FIGURE(header_bytes, false, "Bytes of HTTP heads sent."),
    FIGURE(request_bytes, false, "Bytes of HTTP heads received."),
    FIGURE(heartbeats, false, "Heartbeats sent."),
    FIGURE(dead, false, "Peers declared dead."),
};

#undef FIGURE
#define FIGURE(member, gauge, help)                                                            \
    {                                                                                          \
#member, offsetof(struct worker_stats, member), gauge, help                            \
    }

static const struct figure worker_figures[] = {
    FIGURE(connections, true, "Connections open now."),
    FIGURE(accepted, false, "Connections accepted."),
    FIGURE(requests, false, "Requests read."),
    FIGURE(refused, false, "Requests refused before anything saw them."),
    FIGURE(evhtp_requests, false, "Requests answered through libevhtp."),
    FIGURE(accept_errors, false, "Connections that could not be accepted."),
};

#undef FIGURE

enum {
    TRANSPORT_FIGURES = sizeof(transport_figures) / sizeof(transport_figures[0]),
    WORKER_FIGURES = sizeof(worker_figures) / sizeof(worker_figures[0]),
};

static uint64_t worker_figure(const struct server *server, const struct figure *figure)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < server->worker_count; i++)
        sum += counter_read(
            (const counter *)((const char *)&server->worker_stats[i] + figure->offset));
    return sum;
}

static uint64_t transport_figure(const struct server *server, unsigned transport,
                                 const struct figure *figure)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < server->worker_count; i++) {
        const char *stats = (const char *)&server->worker_stats[i].transports[transport];
        sum += counter_read((const counter *)(stats + figure->offset));
    }
    return sum;
}

/* What the process uses. */
struct process {
    uint64_t pss_bytes; /* memory, shared pages by their share; 0 where the kernel won't say */
    uint64_t rss_bytes;
    uint64_t user_us;
    uint64_t system_us;
};

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static struct process read_process(void)
{
    struct process process = {0};
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        process.user_us = microseconds(usage.ru_utime);
        process.system_us = microseconds(usage.ru_stime);
    }
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    while (file && fgets(line, sizeof(line), file)) {
        unsigned long long kib;
        if (sscanf(line, "Pss: %llu", &kib) == 1)
            process.pss_bytes = kib * 1024;
        else if (sscanf(line, "Rss: %llu", &kib) == 1)
            process.rss_bytes = kib * 1024;
    }
    if (file)
        fclose(file);
    return process;
}

static void count_topic(struct topic *topic, void *arg)
{
    (void)topic;
    ++*(uint64_t *)arg;
}

static uint64_t topic_count(const struct server *server)
{
    uint64_t count = 0;
    bus_each(server->bus, count_topic, &count);
    return count;
}

static uint64_t uptime_us(const struct server *server)
{
    int64_t uptime = wall_clock_us() - server->started_us;
    return uptime > 0 ? (uint64_t)uptime : 0; /* the wall clock may have been set back */
}

/* ---- JSON pages ------------------------------------------------------------------------- */

static const char *reads_name(enum transport_reads reads)
{
    static const char *const names[] = {
        [READS_NOW] = "now", [READS_WAIT] = "wait", [READS_ON] = "on"};
    return names[reads];
}

void page_transports(struct server *server, const struct request *request, struct reply *reply)
{
    struct builder out = {0};
    (void)request;
    for (unsigned i = 0; i < server->transport_count; i++) {
        const struct transport *transport = server->transports[i];
        builder_add_text(&out, i ? ",\n{" : "[{");
        add_string(&out, "name", slice_of(transport->name));
        add_string(&out, "title", slice_of(transport->title));
        add_string(&out, "reads", slice_of(reads_name(transport->reads)));
        add_name(&out, "duplex");
        builder_add_text(&out, transport->duplex ? "true" : "false");
        builder_format(&out, ",\"path\":\"/%s/\"}", transport->name);
    }
    builder_add_text(&out, server->transport_count ? "]\n" : "[]\n");
    reply_body(reply, 200, json_type, builder_take(&out));
}

/* Under the bus's lock, then the topic's; nowhere are they taken the other way round. */
static void add_topic(struct topic *topic, void *arg)
{
    struct builder *out = arg;
    if (topic->label->name[0] == '~') /* who knows the name of a ~wire may read it */
        return;
    pthread_mutex_lock(&topic->lock);
    uint64_t first = topic->log.first, next = topic->log.next, bytes = topic->log.bytes;
    pthread_mutex_unlock(&topic->lock);
    builder_add_text(out, builder_len(out) ? ",\n{" : "[{");
    add_string(out, "name", slice_of(topic->label->name)); /* such names need no escapes */
    add_number(out, "first", first);
    add_name(out, "next");
    builder_add(out, "\"", 1);
    cursor_add(topic->label, next, out);
    builder_add(out, "\"", 1);
    add_number(out, "messages", next - first);
    add_number(out, "bytes", bytes);
    add_number(out, "subscribers", topic->subscribers);
    builder_add(out, "}", 1);
}

void page_topics(struct server *server, const struct request *request, struct reply *reply)
{
    struct builder out = {0};
    (void)request;
    bus_each(server->bus, add_topic, &out);
    builder_add_text(&out, builder_len(&out) ? "]\n" : "[]\n");
    reply_body(reply, 200, json_type, builder_take(&out));
}

/* How the kernel has spread the connections over the workers. */
static void add_each_worker(struct builder *out, const struct server *server)
{
    for (unsigned i = 0; i < server->worker_count; i++) {
        builder_add_text(out, i ? ",{" : "[{");
        add_number(out, "connections", counter_read(&server->worker_stats[i].connections));
        add_number(out, "accepted", counter_read(&server->worker_stats[i].accepted));
        builder_add(out, "}", 1);
    }
    builder_add(out, "]", 1);
}

void page_stats(struct server *server, const struct request *request, struct reply *reply)
{
    struct process process = read_process();
    struct builder out = {0};
    (void)request;
    builder_add(&out, "{", 1);
    add_number(&out, "time_us", (uint64_t)wall_clock_us());
    add_number(&out, "uptime_us", uptime_us(server));
    add_number(&out, "workers", server->worker_count);
    add_name(&out, "flush");
    unsigned urings = atomic_load(&server->urings);
    builder_add_text(&out, urings == 0                      ? "\"send\""
                           : urings == server->worker_count ? "\"uring\""
                                                            : "\"mixed\"");
    for (unsigned i = 0; i < WORKER_FIGURES; i++)
        add_number(&out, worker_figures[i].name, worker_figure(server, &worker_figures[i]));
    add_name(&out, "each_worker");
    add_each_worker(&out, server);
    add_number(&out, "topics", topic_count(server));
    add_number(&out, "held_bytes", bus_held_bytes(server->bus));
    add_number(&out, "input_bytes", server->intake.bytes);
    add_number(&out, "pss_bytes", process.pss_bytes);
    add_number(&out, "heap_bytes", mallinfo2().uordblks);
    add_number(&out, "rss_bytes", process.rss_bytes);
    add_number(&out, "cpu_user_us", process.user_us);
    add_number(&out, "cpu_system_us", process.system_us);
    add_name(&out, "transports");
    builder_add(&out, "{", 1);
    for (unsigned i = 0; i < server->transport_count; i++) {
        add_name(&out, server->transports[i]->name);
        builder_add(&out, "{", 1);
        for (unsigned j = 0; j < TRANSPORT_FIGURES; j++)
            add_number(&out, transport_figures[j].name,
                       transport_figure(server, i, &transport_figures[j]));
        builder_add(&out, "}", 1);
    }
    builder_add_text(&out, "}}\n");
    reply_body(reply, 200, json_type, builder_take(&out));
}

void page_healthz(struct server *server, const struct request *request, struct reply *reply)
{
    (void)request;
    bool draining = atomic_load(&server->draining);
    struct slice text =
        draining ? SLICE("{\"status\":\"draining\"}\n") : SLICE("{\"status\":\"ok\"}\n");
    reply_body(reply, draining ? 503 : 200, json_type, bytes_create(text.at, text.len));
}

void page_time(struct server *server, const struct request *request, struct reply *reply)
{
    struct builder out = {0};
    (void)server;
    (void)request;
    builder_add_text(&out, "{\"time_us\":");
    builder_add_u64(&out, (uint64_t)wall_clock_us());
    builder_add_text(&out, "}\n");
    reply_body(reply, 200, json_type, builder_take(&out));
}

/* Of what only a lab has beside the server; null where there is none. */
static void add_lab_url(struct builder *out, const char *name, const struct options *options,
                        const char *url)
{
    add_name(out, name);
    if (options->lab && url)
        reply_add_json_string(out, slice_of(url));
    else
        builder_add_text(out, "null");
}

void page_lab(struct server *server, const struct request *request, struct reply *reply)
{
    const struct options *options = server->options;
    struct builder out = {0};
    (void)request;
    builder_format(&out, "{\"lab\":%s", options->lab ? "true" : "false");
    add_number(&out, "heartbeat_ms", options->heartbeat_ms);
    add_number(&out, "heartbeat_timeout_ms", options->heartbeat_timeout_ms);
    add_lab_url(&out, "doors", options, options->doors);
    add_lab_url(&out, "bench", options, options->bench);
    builder_add_text(&out, "}\n");
    reply_body(reply, 200, json_type, builder_take(&out));
}

/* ---- Prometheus ------------------------------------------------------------------------- */

/* HELP and TYPE of a metric, and its name, to which labels and value are to be added. */
static void add_metric_head(struct builder *out, const char *name, bool gauge, const char *help)
{
    const char *suffix = gauge ? "" : "_total";
    builder_format(out, "# HELP pushlab_%s%s %s\n# TYPE pushlab_%s%s %s\n", name, suffix, help,
                   name, suffix, gauge ? "gauge" : "counter");
}

static void add_metric(struct builder *out, const char *name, bool gauge, const char *help,
                       uint64_t value)
{
    add_metric_head(out, name, gauge, help);
    builder_format(out, "pushlab_%s%s ", name, gauge ? "" : "_total");
    builder_add_u64(out, value);
    builder_add(out, "\n", 1);
}

/* Prometheus wants seconds; the digits stay exact. */
static void add_seconds(struct builder *out, const char *name, bool gauge, const char *help,
                        uint64_t us)
{
    add_metric_head(out, name, gauge, help);
    builder_format(out, "pushlab_%s%s %llu.%06llu\n", name, gauge ? "" : "_total",
                   (unsigned long long)us / 1000000, (unsigned long long)us % 1000000);
}

static void add_transport_metrics(struct builder *out, const struct server *server)
{
    for (unsigned i = 0; i < TRANSPORT_FIGURES; i++) {
        const struct figure *figure = &transport_figures[i];
        add_metric_head(out, figure->name, figure->gauge, figure->help);
        for (unsigned j = 0; j < server->transport_count; j++) {
            builder_format(out, "pushlab_%s%s{transport=\"%s\"} ", figure->name,
                           figure->gauge ? "" : "_total", server->transports[j]->name);
            builder_add_u64(out, transport_figure(server, j, figure));
            builder_add(out, "\n", 1);
        }
    }
}

void page_metrics(struct server *server, const struct request *request, struct reply *reply)
{
    struct process process = read_process();
    struct builder out = {0};
    (void)request;
    add_transport_metrics(&out, server);
    for (unsigned i = 0; i < WORKER_FIGURES; i++)
        add_metric(&out, worker_figures[i].name, worker_figures[i].gauge,
                   worker_figures[i].help, worker_figure(server, &worker_figures[i]));
    add_metric(&out, "workers", true, "Threads that serve.", server->worker_count);
    add_metric(&out, "topics", true, "Topics.", topic_count(server));
    add_metric(&out, "held_bytes", true, "Bytes of messages held in all topics.",
               bus_held_bytes(server->bus));
    add_metric(&out, "input_bytes", true, "Bytes of unfinished requests and messages.",
               server->intake.bytes);
    add_metric(&out, "pss_bytes", true, "Proportional set size of the process.",
               process.pss_bytes);
    add_metric(&out, "rss_bytes", true, "Resident set size of the process.", process.rss_bytes);
    add_seconds(&out, "uptime_seconds", true, "Time since the start.", uptime_us(server));
    add_seconds(&out, "cpu_user_seconds", false, "CPU time in user mode.", process.user_us);
    add_seconds(&out, "cpu_system_seconds", false, "CPU time in the kernel.",
                process.system_us);
    reply_body(reply, 200, "text/plain; version=0.0.4; charset=utf-8", builder_take(&out));
}
