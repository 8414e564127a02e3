/* SPDX-License-Identifier: MIT
 *
 * compat real: the products that are installed, each as it comes and as it is set up for push,
 * all at once. compat soak: the same with minutes of silence, to see what is cut.
 */
#include "compat.h"
#include "nat.h"
#include "product.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOXES_LIMIT = 24,
    RUNS_LIMIT = 2 * BOXES_LIMIT * PRODUCT_RUNS,
    HOLD_S = 25,
    HOLD_LIMIT_S = 120,
    PATIENCE_MS = 20000,
    NAT_FORGETS_S = 240, /* as Azure's does by itself; homes and carriers: minutes, too */
};

struct real {
    const struct common_options *common;
    const char *configurations, *folders;
    unsigned silence_s; /* 0: fast motion */
    bool has_nat;
    struct report *report;
    struct server_process server;
    struct middlebox_run runs[RUNS_LIMIT];
    char versions[BOXES_LIMIT][MIDDLEBOX_VERSION_LIMIT];
    struct compat_row rows[COMPAT_ROWS_LIMIT];
    unsigned run_count, row_count;
};

static void add_row(struct real *real, const struct middlebox *box, const char *version,
                    const struct endpoint *first, enum compat_care care)
{
    static const char *const more[2][CARES] = {
        {"&careless=1", NULL, NULL}, {"&careless=1&pad=2048", "&pad=2048", "&pad=2048"}};
    struct compat_row *row = &real->rows[real->row_count++];
    *row = (struct compat_row){
        .environment = box->title,
        .care = care,
        .version = *version ? version : NULL,
        .more = more[box->padded][care],
        .remedy = box->remedy,
        .path = {.first = *first, .forward = box->forward, .beside = real->server.endpoint},
        .times = compat_times};
    if (real->silence_s) {
        row->times.silence_ms = real->silence_s * INT64_C(1000);
        row->times.patience_ms = PATIENCE_MS;
        row->times.wait_s = care == CARE_NONE ? HOLD_LIMIT_S : HOLD_S;
    }
    /* Clients name a reverse proxy; behind a forward one, the server. */
    row->path.authority =
        box->forward ? real->server.endpoint.authority : row->path.first.authority;
}

/* Where the probe is to connect to; NULL when it does not start. */
static const struct endpoint *start(struct real *real, const struct product *product,
                                    const char *variant)
{
    struct middlebox_run *runs = &real->runs[real->run_count];
    real->run_count += PRODUCT_RUNS;
    return product_start(product, variant, real->configurations, &real->server.endpoint, runs);
}

static void add_variants(struct real *real, const struct product *product, const char *version)
{
    const struct middlebox *box = product->box;
    const struct endpoint *first = start(real, product, "default");
    if (first) {
        add_row(real, box, version, first, CARE_NONE);
        add_row(real, box, version, first, CARE_TAKEN);
    }
    if (first && box->remedy.in[ENGLISH]) {
        first = start(real, product, "cured");
        if (first)
            add_row(real, box, version, first, CARE_CURED);
    }
    if (!first && !process_interrupted())
        report_broken(real->report, "%s did not start; see standard error",
                      words_in(&box->title, ENGLISH));
}

static void add_box(struct real *real, const struct middlebox *box)
{
    struct product product;
    char *version = real->versions[box - middleboxes];
    const char *missing = product_find(box, real->folders, &product);
    if (missing) {
        report_note(real->report, "SKIP %s: not installed (apt install %s)",
                    words_in(&box->title, ENGLISH), missing);
        return;
    }
    middlebox_version(box, product.program, version);
    add_variants(real, &product, version);
}

/* It is the server that cures it. */
static void add_nat(struct real *real)
{
    static const struct middlebox nat = {
        .title = {{"NAT (Linux) that forgets", "会忘掉连接的 NAT（Linux）"}},
        .remedy = {{"heartbeats, more often than it forgets: here each 15 s",
                    "心跳要比它的记性短：这里每 15 秒一次"}}};
    unsigned forgets_s = real->silence_s * 3 / 4;
    struct endpoint before;
    if (forgets_s > NAT_FORGETS_S)
        forgets_s = NAT_FORGETS_S;
    if (!nat_start(&real->server.endpoint, forgets_s, &before))
        return;
    add_row(real, &nat, "", &before, CARE_NONE);
    add_row(real, &nat, "", &before, CARE_TAKEN);
    report_note(real->report, "The NAT forgets connections after %u s of silence.", forgets_s);
}

static bool measure(struct real *real)
{
    if (!compat_start_server(real->common, real->silence_s ? "15s" : "1s", &real->server))
        return false;
    if (real->has_nat)
        add_nat(real);
    else if (real->silence_s)
        report_note(real->report, "SKIP NAT: no network of our own; see standard error");
    for (const struct middlebox *box = middleboxes; box->name && !process_interrupted(); box++)
        add_box(real, box);
    if (real->row_count == 0) {
        report_note(real->report,
                    "None of these products is here: ./dev compat installs them all.");
        return true;
    }
    if (!compat_probe(real->rows, real->row_count, "compat",
                      real->silence_s ? 0 : COMPAT_TRIES_AGAIN))
        return false;
    compat_report(real->report, real->rows, real->row_count);
    return true;
}

bool compat_real(const struct common_options *common, const char *configurations,
                 const char *folders, unsigned silence_s, struct report *report)
{
    struct real *real = calloc(1, sizeof(*real));
    if (!real)
        return false;
    real->common = common;
    real->configurations = configurations;
    real->folders = folders;
    real->silence_s = silence_s;
    real->report = report;
    real->server.ready_fd = -1;
    real->has_nat = silence_s > 0 && nat_prepare();
    bool good = measure(real);
    for (unsigned i = 0; i < real->run_count; i++)
        middlebox_stop(&real->runs[i]);
    if (real->server.own)
        server_stop(&real->server);
    free(real);
    return good;
}
