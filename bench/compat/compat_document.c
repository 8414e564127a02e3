/* SPDX-License-Identifier: MIT
 *
 * A matrix of compatibility as JSON, with all that people are told in each language, so that
 * pages need no words of their own for it.
 */
#include "compat.h"
#include "compat_orders.h"

#include <math.h>
#include <stdio.h>

enum { MS = 1000, LINE_LIMIT = 256 };

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

static void add_words(cJSON *object, const char *name, const struct words *words)
{
    cJSON *both = cJSON_AddObjectToObject(object, name);
    cJSON_AddStringToObject(both, "en", words_in(words, ENGLISH));
    cJSON_AddStringToObject(both, "zh", words_in(words, CHINESE));
}

static void add_told(cJSON *object, const struct compat_cell *cell)
{
    char told[LANGUAGES][COMPAT_TOLD_LIMIT];
    for (enum language language = 0; language < LANGUAGES; language++)
        compat_tell(cell, language, told[language]);
    add_words(object, "told", &(struct words){{told[ENGLISH], told[CHINESE]}});
}

static void add_cell(cJSON *cells, const struct compat_cell *cell,
                     const struct client_kind *kind)
{
    const struct probe_seen *seen = &cell->seen;
    const struct words reason = compat_reason(cell, kind);
    cJSON *object = cJSON_AddObjectToObject(cells, kind->name);
    cJSON_AddStringToObject(object, "outcome",
                            cell->trouble ? "not measured" : probe_outcome_name(cell->outcome));
    cJSON_AddBoolToObject(object, "passes", compat_passes(cell));
    add_told(object, cell);
    add_words(object, "reason", &reason);
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

void compat_document_row(cJSON *object, const struct compat_row *row)
{
    add_words(object, "title", &row->environment);
    if (row->version)
        cJSON_AddStringToObject(object, "version", row->version);
    if (row->remedy.in[ENGLISH])
        add_words(object, "remedy", &row->remedy);
    cJSON *cells = cJSON_AddObjectToObject(object, "cells");
    for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
        add_cell(cells, &row->cells[k], client_kinds[k]);
}

/* ---- where the order is reversed --------------------------------------------------------- */

static enum passage passage_of(const struct compat_cell *cell)
{
    if (!compat_passes(cell))
        return PASSAGE_NONE;
    return cell->outcome == PROBE_LATE ? PASSAGE_LATE : PASSAGE_PROMPT;
}

static void add_reversal(struct report *report, cJSON *reversals, const struct compat_row *row,
                         unsigned worse, unsigned better)
{
    char told[COMPAT_TOLD_LIMIT], line[LINE_LIMIT];
    const char *environment = words_in(&row->environment, ENGLISH);
    const char *care = compat_care_names[row->care];
    cJSON *object = cJSON_CreateObject();
    compat_tell(&row->cells[worse], ENGLISH, told);
    snprintf(line, sizeof(line), "%s, %s: %s gets through, %s is %s", environment, care,
             client_kinds[better]->name, client_kinds[worse]->name, told);
    cJSON_AddStringToObject(object, "environment", environment);
    cJSON_AddStringToObject(object, "server", care);
    cJSON_AddStringToObject(object, "worse", client_kinds[worse]->name);
    cJSON_AddStringToObject(object, "better", client_kinds[better]->name);
    cJSON_AddStringToObject(object, "text", line);
    cJSON_AddItemToArray(reversals, object);
    report_note(report, "  reversed: %s", line);
}

void compat_document_reversals(struct report *report, const struct compat_row *rows,
                               unsigned count)
{
    cJSON *reversals = cJSON_AddArrayToObject(report->document, "reversals");
    for (unsigned i = 0; i < count; i++) {
        enum passage passages[COMPAT_TRANSPORTS];
        for (unsigned k = 0; k < COMPAT_TRANSPORTS; k++)
            passages[k] = passage_of(&rows[i].cells[k]);
        for (unsigned worse = 0; worse < COMPAT_TRANSPORTS; worse++) {
            unsigned better = order_reversed(passages, COMPAT_TRANSPORTS, worse);
            if (better < COMPAT_TRANSPORTS)
                add_reversal(report, reversals, &rows[i], worse, better);
        }
    }
}
