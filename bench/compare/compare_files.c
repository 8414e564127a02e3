/* SPDX-License-Identifier: MIT
 *
 * What differs between two runs of compare whose JSON was kept. A figure of each is known as
 * exactly as its own repeats agree; what lies within that is no difference.
 */
#include "compare.h"

#include "../command.h"
#include "../document.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 64, CELL_SIZE = 24 };

/* A run as it was kept. */
struct kept_run {
    const char *path;
    cJSON *document;
    const cJSON *transports;
};

/* ---- reading ----------------------------------------------------------------------------- */

static bool complain(const char *path, const char *what)
{
    fprintf(stderr, "pushbench compare: %s: %s\n", path, what);
    return false;
}

static bool read_run(const char *path, struct kept_run *run)
{
    run->path = path;
    run->document = document_read(path);
    if (!run->document)
        return false;
    const char *command =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(run->document, "command"));
    run->transports = cJSON_GetObjectItemCaseSensitive(run->document, "transports");
    if (!command || strcmp(command, "compare") != 0 || !cJSON_IsArray(run->transports))
        return complain(path, "not what pushbench compare --json=FILE writes");
    if (!cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(run->transports, 0), "figures"))
        return complain(path, "of an older pushbench, which did not keep how exactly each "
                              "figure is known: run it again");
    return true;
}

/* ---- settings ---------------------------------------------------------------------------- */

/* What makes figures another thing altogether; the rest may be just what is asked about. */
static const struct setting {
    const char *group, *key; /* group: the object it lies in, or NULL */
    bool must_be_equal;
} settings[] = {
    {NULL, "feed", true},
    {NULL, "rate", true},
    {NULL, "clients", true},
    {NULL, "payload_bytes", true},
    {NULL, "interval_ms", true},
    {NULL, "headers", true},
    {NULL, "rtt_ms", true},
    {NULL, "jitter_ms", true},
    {NULL, "loss_percent", true},
    {NULL, "heartbeat_s", true},
    {NULL, "duration_s", false},
    {NULL, "repeats", false},
    {NULL, "flush", false},
    {NULL, "coalesce_ms", false},
    {NULL, "seed", false},
    {NULL, "version", false},
    {"machine", "kernel", false},
    {"machine", "processor", false},
    {"machine", "processors", false},
};

static const cJSON *value_of(const struct kept_run *run, const struct setting *setting)
{
    const cJSON *object = run->document;
    if (setting->group)
        object = cJSON_GetObjectItemCaseSensitive(object, setting->group);
    return cJSON_GetObjectItemCaseSensitive(object, setting->key);
}

static void describe(const cJSON *value, char ret_text[TEXT_SIZE])
{
    char *text = cJSON_PrintUnformatted(value);
    snprintf(ret_text, TEXT_SIZE, "%s", text ? text : "nothing");
    cJSON_free(text);
}

/* Whether the two can be compared. */
static bool check_settings(const struct kept_run runs[2], bool force, struct report *report)
{
    bool good = true;
    for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct setting *setting = &settings[i];
        char texts[2][TEXT_SIZE];
        const cJSON *a = value_of(&runs[0], setting), *b = value_of(&runs[1], setting);
        if ((!a && !b) || cJSON_Compare(a, b, true))
            continue;
        describe(a, texts[0]);
        describe(b, texts[1]);
        report_note(report, "Not alike: %s is %s in one, %s in the other.", setting->key,
                    texts[0], texts[1]);
        if (!setting->must_be_equal || force)
            continue;
        fprintf(stderr, "pushbench compare: %s is %s in %s, %s in %s\n", setting->key, texts[0],
                runs[0].path, texts[1], runs[1].path);
        good = false;
    }
    if (!good)
        fputs("pushbench compare: these two are no like for like; --force compares them all "
              "the same\n",
              stderr);
    return good;
}

/* ---- figures ----------------------------------------------------------------------------- */

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
}

static const char *name_of(const cJSON *transport)
{
    const char *name =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(transport, "name"));
    return name ? name : "";
}

/* The same transport in a run; NULL: it is not there. */
static const cJSON *find(const struct kept_run *run, const char *name)
{
    const cJSON *transport;
    cJSON_ArrayForEach(transport, run->transports)
    {
        if (strcmp(name_of(transport), name) == 0)
            return transport;
    }
    return NULL;
}

static struct spread figure_of(const struct kept_run *run, const cJSON *transport,
                               enum metric metric)
{
    const cJSON *spread = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(transport, "figures"), metric_infos[metric].key);
    double messages = number_of(run->document, "messages");
    struct spread figure = {number_of(spread, "min"), number_of(spread, "median"),
                            number_of(spread, "max")};
    if (!(messages >= metric_infos[metric].least_messages))
        figure.median = NAN; /* luck, and printed only */
    return figure;
}

static void add_difference(cJSON *list, const char *transport, enum metric metric,
                           struct spread a, struct spread b)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "metric", metric_infos[metric].key);
    cJSON_AddStringToObject(object, "transport", transport);
    cJSON_AddNumberToObject(object, "a", a.median);
    cJSON_AddNumberToObject(object, "b", b.median);
}

/* =, or by how much the second is more than the first. */
static void describe_change(struct spread a, struct spread b, bool tie,
                            char ret_cell[CELL_SIZE])
{
    if (isnan(a.median) || isnan(b.median))
        snprintf(ret_cell, CELL_SIZE, "-");
    else if (tie)
        snprintf(ret_cell, CELL_SIZE, "=");
    else if (a.median <= 0 || b.median > 10 * a.median)
        snprintf(ret_cell, CELL_SIZE, "%.3g to %.3g", a.median, b.median);
    else
        snprintf(ret_cell, CELL_SIZE, "%+.3g %%", 100 * (b.median / a.median - 1));
}

static void report_metric(struct report *report, const struct kept_run runs[2],
                          enum metric metric, cJSON *list, unsigned *ret_compared)
{
    const cJSON *transport;
    double rate = number_of(runs[0].document, "rate");
    double late_ms =
        fmax(number_of(runs[0].document, "late_ms"), number_of(runs[1].document, "late_ms"));
    report_row(report);
    report_text(report, "metric", metric_infos[metric].key);
    report_text(report, "label", metric_infos[metric].label);
    cJSON_ArrayForEach(transport, runs[0].transports)
    {
        const char *name = name_of(transport);
        const cJSON *other = find(&runs[1], name);
        char cell[CELL_SIZE];
        if (!other)
            continue;
        struct spread a = figure_of(&runs[0], transport, metric);
        struct spread b = figure_of(&runs[1], other, metric);
        bool known = !isnan(a.median) && !isnan(b.median);
        bool tie = known && verdict_tie_within(a, b, compare_tolerance(metric, rate, late_ms));
        describe_change(a, b, tie, cell);
        report_text(report, name, cell);
        if (known && !tie)
            add_difference(list, name, metric, a, b);
        *ret_compared += known;
    }
}

static void report_differences(struct report *report, const struct kept_run runs[2])
{
    unsigned compared = 0;
    const cJSON *transport;
    cJSON *list = cJSON_AddArrayToObject(report->document, "differences");
    report_column(report, "label", "", 0);
    cJSON_ArrayForEach(transport, runs[0].transports)
    {
        if (find(&runs[1], name_of(transport)) && report->column_count < REPORT_COLUMNS_LIMIT)
            report_column(report, name_of(transport), name_of(transport), 0);
        else
            report_note(report, "%s is only in %s.", name_of(transport), runs[0].path);
    }
    cJSON_ArrayForEach(transport, runs[1].transports)
    {
        if (!find(&runs[0], name_of(transport)))
            report_note(report, "%s is only in %s.", name_of(transport), runs[1].path);
    }
    for (enum metric metric = 0; metric < METRICS; metric++)
        report_metric(report, runs, metric, list, &compared);
    cJSON_AddNumberToObject(report->document, "compared", compared);
    report_note(
        report,
        "%s against %s: %d of %u figures differ. = lies within what the repeats of each "
        "run leave open; - is not known, or hangs on too few messages.",
        runs[1].path, runs[0].path, cJSON_GetArraySize(list), compared);
    report_note(report,
                "How busy the machine was, and how warm, is no repeat's doing: before you "
                "believe a difference of processor time or delay, run both again, in turn.");
}

int compare_files(const char *const paths[2], bool force, const char *json)
{
    struct kept_run runs[2] = {{0}, {0}};
    struct report report;
    int status = EXIT_USAGE;
    report_init(&report, "compare files", "what differs between two runs, beyond noise");
    if (read_run(paths[0], &runs[0]) && read_run(paths[1], &runs[1]) &&
        check_settings(runs, force, &report)) {
        report_differences(&report, runs);
        status = report_print(&report, json);
    }
    report_finish(&report);
    cJSON_Delete(runs[0].document);
    cJSON_Delete(runs[1].document);
    return status;
}
