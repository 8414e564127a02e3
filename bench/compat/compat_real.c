/* SPDX-License-Identifier: MIT
 *
 * compat real: the products that are installed, each as it comes and as it is set up for push,
 * all at once. compat soak: the same with minutes of silence, to see what is cut.
 */
#include "compat.h"
#include "middlebox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_LIMIT = 32, HOLD_S = 25, HOLD_LIMIT_S = 120, PATIENCE_MS = 20000 };

struct real {
    const struct common_options *common;
    const char *configurations, *folders;
    unsigned silence_s; /* 0: fast motion */
    struct report *report;
    struct server_process server;
    struct middlebox_run runs[RUNS_LIMIT];
    struct compat_row rows[COMPAT_ROWS_LIMIT];
    unsigned run_count, row_count;
};

static void add_row(struct real *real, const struct middlebox *box,
                    const struct endpoint *first, enum compat_care care)
{
    struct compat_row *row = &real->rows[real->row_count++];
    *row = (struct compat_row){
        .environment = box->title,
        .care = care,
        .more = care == CARE_NONE ? "&careless=1" : NULL,
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

/* NULL when it does not start. */
static const struct endpoint *start(struct real *real, const struct middlebox *box,
                                    const char *program, const char *variant)
{
    struct middlebox_run *run = &real->runs[real->run_count++];
    return middlebox_start(box, program, variant, real->configurations, &real->server.endpoint,
                           run)
               ? &run->process.endpoint
               : NULL;
}

static void add_box(struct real *real, const struct middlebox *box)
{
    char program[1024];
    const struct endpoint *first;
    if (!middlebox_find(box, real->folders, program, sizeof(program))) {
        report_note(real->report, "SKIP %s: not installed (apt install %s)", box->title,
                    box->package);
        return;
    }
    first = start(real, box, program, "default");
    if (first) {
        add_row(real, box, first, CARE_NONE);
        add_row(real, box, first, CARE_TAKEN);
    }
    if (first && box->remedy) {
        first = start(real, box, program, "cured");
        if (first)
            add_row(real, box, first, CARE_CURED);
    }
    if (!first && !process_interrupted())
        report_broken(real->report, "%s did not start; see standard error", box->title);
}

static bool measure(struct real *real)
{
    if (!compat_start_server(real->common, real->silence_s ? "15s" : "1s", &real->server))
        return false;
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
    bool good = measure(real);
    for (unsigned i = 0; i < real->run_count; i++)
        middlebox_stop(&real->runs[i]);
    if (real->server.own)
        server_stop(&real->server);
    free(real);
    return good;
}
