/* SPDX-License-Identifier: MIT
 *
 * A matrix of compatibility as a table, the reasons and remedies below it, and the verdict on
 * the textbook's order, in both of its readings.
 */
#include "compat.h"
#include "compat_orders.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL_LIMIT = 64, MS = 1000, ORDER_LIMIT = 160 };

/* ---- rows -------------------------------------------------------------------------------- */

static double ms_of(int64_t us)
{
    return us < 0 ? NAN : (double)us / MS;
}

static void add_figure(cJSON *object, const char *name, double value)
{
    if (isnan(value))
        cJSON_AddNullToObject(object, name);
    else
        cJSON_AddNumberToObject(object, name, value);
}

static void add_cell(cJSON *cells, const struct compat_cell *cell,
                     const struct client_kind *kind)
{
    const struct probe_seen *seen = &cell->seen;
    cJSON *object = cJSON_AddObjectToObject(cells, kind->name);
    cJSON_AddStringToObject(object, "outcome",
                            cell->trouble ? "not measured" : probe_outcome_name(cell->outcome));
    cJSON_AddBoolToObject(object, "passes", compat_passes(cell));
    cJSON_AddStringToObject(object, "reason",
                            cell->trouble ? cell->trouble : compat_reason(cell, kind));
    cJSON_AddNumberToObject(object, "status", seen->status);
    cJSON_AddNumberToObject(object, "sent", seen->sent);
    cJSON_AddNumberToObject(object, "got", seen->got);
    add_figure(object, "first_ms", ms_of(seen->first_us));
    add_figure(object, "least_ms", ms_of(seen->least_us));
    add_figure(object, "max_ms", ms_of(seen->max_us));
    add_figure(object, "resumed_ms", ms_of(seen->resumed_us));
    add_figure(object, "cut_after_ms", seen->cuts ? ms_of(seen->cut_after_us) : NAN);
    add_figure(object, "let_go_bytes", seen->let_go_bytes ? (double)seen->let_go_bytes : NAN);
    cJSON_AddNumberToObject(object, "heartbeats", seen->heartbeats);
    cJSON_AddNumberToObject(object, "answers", seen->answers);
    cJSON_AddBoolToObject(object, "compressed", seen->compressed);
    if (seen->late_sent > 0)
        cJSON_AddBoolToObject(object, "resumed", probe_resumed(seen));
    else
        cJSON_AddNullToObject(object, "resumed");
}

static void tell_cell(const struct compat_cell *cell, char ret[CELL_LIMIT])
{
    if (cell->trouble)
        snprintf(ret, CELL_LIMIT, "not measured");
    else if (!probe_resumed(&cell->seen))
        snprintf(ret, CELL_LIMIT, "no resume");
    else
        probe_tell(&cell->seen, cell->outcome, ret, CELL_LIMIT);
}

static void add_row(struct report *report, const struct compat_row *row)
{
    char text[CELL_LIMIT];
    report_row(report);
    report_text(report, "environment", row->environment);
    report_text(report, "server", compat_care_names[row->care]);
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++) {
        tell_cell(&row->cells[k], text);
        report_text(report, client_kinds[k]->name, text);
    }
    if (row->remedy)
        report_text(report, "remedy", row->remedy);
    cJSON *cells = cJSON_AddObjectToObject(report->row, "cells");
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
        add_cell(cells, &row->cells[k], client_kinds[k]);
}

/* ---- reasons and remedies ---------------------------------------------------------------- */

static bool is_last_of_its_environment(const struct compat_row *rows, unsigned count,
                                       unsigned at)
{
    return at + 1 == count || strcmp(rows[at].environment, rows[at + 1].environment) != 0;
}

static bool add_reasons(struct report *report, const struct compat_row *row)
{
    bool any = false;
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++) {
        const struct compat_cell *cell = &row->cells[k];
        const char *reason =
            cell->trouble ? cell->trouble : compat_reason(cell, client_kinds[k]);
        if (*reason == '\0')
            continue;
        report_note(report, "  %s, %s: %s", client_kinds[k]->name, compat_care_names[row->care],
                    reason);
        any = true;
    }
    return any;
}

static void add_environment_notes(struct report *report, const struct compat_row *rows,
                                  unsigned count)
{
    bool faulty = false;
    const char *remedy = NULL;
    for (unsigned i = 0; i < count; i++) {
        if (i == 0 || is_last_of_its_environment(rows, count, i - 1)) {
            report_note(report, "%s", rows[i].environment);
            faulty = false;
            remedy = NULL;
        }
        faulty |= add_reasons(report, &rows[i]);
        remedy = rows[i].remedy ? rows[i].remedy : remedy;
        if (!is_last_of_its_environment(rows, count, i))
            continue;
        if (!faulty)
            report_note(report, "  all get through");
        else if (remedy)
            report_note(report, "  cure: %s", remedy);
    }
    report_note(report, "%s", "");
}

/* ---- orders ------------------------------------------------------------------------------ */

/* In how many environments each transport passes; how many there are. */
static unsigned count_passes(const struct compat_row *rows, unsigned count,
                             enum compat_care care, unsigned ret_counts[COMPAT_TRANSPORTS])
{
    unsigned all = 0;
    memset(ret_counts, 0, COMPAT_TRANSPORTS * sizeof(*ret_counts));
    for (unsigned i = 0; i < count; i++) {
        if (rows[i].care != care)
            continue;
        all++;
        for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
            ret_counts[k] += compat_passes(&rows[i].cells[k]);
    }
    return all;
}

static void add_order(struct report *report, cJSON *orders, const struct compat_row *rows,
                      unsigned count, enum compat_care care)
{
    /* A long connection in the sense of keep-alive is what the polls here go over, so it gets
     * through wherever a short poll does. */
    enum { SHORT, LONG, SSE, WEBSOCKET };
    static const char *const names[] = {"short_poll", "long_poll", "sse", "websocket"};
    unsigned counts[COMPAT_TRANSPORTS];
    char text[ORDER_LIMIT];
    unsigned all = count_passes(rows, count, care, counts);
    if (all == 0)
        return;
    const unsigned kept[] = {counts[SHORT], counts[LONG], counts[SHORT], counts[WEBSOCKET]};
    const char *sse = order_verdict_text(order_of(counts, COMPAT_TRANSPORTS));
    const char *keep_alive = order_verdict_text(order_of(kept, COMPAT_TRANSPORTS));
    order_tell(names, counts, COMPAT_TRANSPORTS, text, sizeof(text));
    report_note(report, "through middleboxes, %s (of %u): %s", compat_care_names[care], all,
                text);
    report_note(report,
                "  short poll > long poll > long connection > WebSocket: %s (SSE), %s "
                "(keep-alive)",
                sse, keep_alive);
    cJSON *order = cJSON_AddObjectToObject(orders, compat_care_names[care]);
    cJSON_AddNumberToObject(order, "environments", all);
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
        cJSON_AddNumberToObject(order, names[k], counts[k]);
    cJSON_AddStringToObject(order, "verdict_sse", sse);
    cJSON_AddStringToObject(order, "verdict_keep_alive", keep_alive);
}

/* Where one gets through and another does not, that is said to be more compatible. */
static void add_reversals(struct report *report, const struct compat_row *rows, unsigned count)
{
    cJSON *reversals = cJSON_AddArrayToObject(report->document, "reversals");
    for (unsigned i = 0; i < count; i++)
        for (unsigned worse = 0; worse < COMPAT_TRANSPORTS; worse++) {
            unsigned better = COMPAT_TRANSPORTS - 1;
            while (better > worse && !compat_passes(&rows[i].cells[better]))
                better--;
            if (better == worse || compat_passes(&rows[i].cells[worse]))
                continue;
            char text[CELL_LIMIT], line[256];
            tell_cell(&rows[i].cells[worse], text);
            snprintf(line, sizeof(line), "%s, %s: %s gets through, %s is %s",
                     rows[i].environment, compat_care_names[rows[i].care],
                     client_kinds[better]->name, client_kinds[worse]->name, text);
            cJSON_AddItemToArray(reversals, cJSON_CreateString(line));
            report_note(report, "  reversed: %s", line);
        }
}

static void add_browsers(struct report *report)
{
    report_note(
        report,
        "by browser, from when on: polls 2004 to 2006 (XMLHttpRequest) > SSE = WebSocket "
        "2010 to 2012;");
    report_note(
        report,
        "  Internet Explorer had WebSocket (10, 2012) and never SSE, Edge SSE from 2020 "
        "on; today all tie");
}

static void check_cell(struct report *report, const struct compat_row *row,
                       const struct compat_cell *cell, const struct client_kind *kind)
{
    const char *care = compat_care_names[row->care];
    bool must = row->care == CARE_CURED || !row->remedy;
    bool damaged = row->care != CARE_NONE &&
                   (cell->outcome == PROBE_BROKEN || !probe_resumed(&cell->seen));
    if (cell->trouble)
        report_broken(report, "%s, %s: %s", row->environment, kind->name, cell->trouble);
    else if (damaged || (must && !compat_passes(cell)))
        report_broken(report, "%s, %s: %s must get through and does not: %s", row->environment,
                      care, kind->name, compat_reason(cell, kind));
}

static void check_rows(struct report *report, const struct compat_row *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
            check_cell(report, &rows[i], &rows[i].cells[k], client_kinds[k]);
}

void compat_report(struct report *report, const struct compat_row *rows, unsigned count)
{
    report_column(report, "environment", "environment", 0);
    report_column(report, "server", "server", 0);
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
        report_column(report, client_kinds[k]->name, client_kinds[k]->name, 0);
    for (unsigned i = 0; i < count; i++)
        add_row(report, &rows[i]);
    add_environment_notes(report, rows, count);
    cJSON *orders = cJSON_AddObjectToObject(report->document, "orders");
    for (enum compat_care care = 0; care < CARES; care++)
        add_order(report, orders, rows, count, care);
    add_reversals(report, rows, count);
    add_browsers(report);
    check_rows(report, rows, count);
}
