/* SPDX-License-Identifier: MIT
 *
 * A matrix of compatibility as a table, the reasons and remedies below it, and the verdict on
 * the textbook's order, in both of its readings.
 */
#include "compat.h"
#include "compat_orders.h"

#include <stdio.h>
#include <string.h>

enum { ORDER_LIMIT = 160 };

/* ---- rows -------------------------------------------------------------------------------- */

static void add_row(struct report *report, const struct compat_row *row)
{
    char told[COMPAT_TOLD_LIMIT];
    report_row(report);
    report_text(report, "environment", words_in(&row->environment, ENGLISH));
    report_text(report, "server", compat_care_names[row->care]);
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++) {
        compat_tell(&row->cells[k], ENGLISH, told);
        report_text(report, client_kinds[k]->name, told);
    }
    compat_document_row(report->row, row);
}

/* ---- reasons and remedies ---------------------------------------------------------------- */

static bool is_last_of_its_environment(const struct compat_row *rows, unsigned count,
                                       unsigned at)
{
    return at + 1 == count || strcmp(words_in(&rows[at].environment, ENGLISH),
                                     words_in(&rows[at + 1].environment, ENGLISH)) != 0;
}

static bool add_reasons(struct report *report, const struct compat_row *row)
{
    bool any = false;
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++) {
        const struct words reason = compat_reason(&row->cells[k], client_kinds[k]);
        if (*words_in(&reason, ENGLISH) == '\0')
            continue;
        report_note(report, "  %s, %s: %s", client_kinds[k]->name, compat_care_names[row->care],
                    words_in(&reason, ENGLISH));
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
            report_note(report, "%s", words_in(&rows[i].environment, ENGLISH));
            faulty = false;
            remedy = NULL;
        }
        faulty |= add_reasons(report, &rows[i]);
        remedy = rows[i].remedy.in[ENGLISH] ? rows[i].remedy.in[ENGLISH] : remedy;
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

static bool any_row(const struct compat_row *rows, unsigned count, enum compat_care care)
{
    for (unsigned i = 0; i < count; i++)
        if (rows[i].care == care)
            return true;
    return false;
}

/* Where nothing is to be cured, a careful server is as good as a cure. */
static bool counts_as(const struct compat_row *row, enum compat_care care)
{
    return row->care == care ||
           (care == CARE_CURED && row->care == CARE_TAKEN && !row->remedy.in[ENGLISH]);
}

/* In how many environments each transport passes; how many there are. */
static unsigned count_passes(const struct compat_row *rows, unsigned count,
                             enum compat_care care, unsigned ret_counts[COMPAT_TRANSPORTS])
{
    unsigned all = 0;
    memset(ret_counts, 0, COMPAT_TRANSPORTS * sizeof(*ret_counts));
    for (unsigned i = 0; i < count; i++) {
        if (!counts_as(&rows[i], care))
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
    if (!any_row(rows, count, care))
        return;
    unsigned all = count_passes(rows, count, care, counts);
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
    const char *environment = words_in(&row->environment, ENGLISH);
    const struct words reason = compat_reason(cell, kind);
    bool must = row->care == CARE_CURED || !row->remedy.in[ENGLISH];
    bool damaged = row->care != CARE_NONE &&
                   (cell->outcome == PROBE_BROKEN || !probe_resumed(&cell->seen));
    if (cell->trouble)
        report_broken(report, "%s, %s: %s", environment, kind->name, cell->trouble);
    else if (damaged || (must && !compat_passes(cell)))
        report_broken(report, "%s, %s: %s must get through and does not: %s", environment,
                      compat_care_names[row->care], kind->name, words_in(&reason, ENGLISH));
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
    compat_document_reversals(report, rows, count);
    add_browsers(report);
    check_rows(report, rows, count);
}
