/* SPDX-License-Identifier: MIT */
#include "scale.h"

#include "plot.h"

#include <math.h>
#include <stdlib.h>

struct side *scale_side(struct scale_entry *entry)
{
    return entry->workers ? &entry->pushlab.side : &entry->bare.side;
}

void scale_describe(struct report *report)
{
    report_column(report, "transport", "transport", 0);
    report_column(report, "subscribers", "N", 0);
    report_column(report, "server", "server", 0);
    report_column(report, "cpu_us", "CPU us", 3);
    report_column(report, "ratio", "x bare", 3);
    report_bar_column(report, "cpu_us", "CPU us, log");
    report_column(report, "last_p50_us", "last p50 us", 0);
    report_column(report, "last_p99_us", "last p99 us", 0);
    report_column(report, "user_bytes", "user B each", 0);
    report_column(report, "kernel_bytes", "kernel B each", 0);
    report_column(report, "least_percent", "least %", 0);
    report_column(report, "most_percent", "most %", 0);
    report_column(report, "client_cpu_percent", "client CPU %", 0);
    report_note(report, "One message after the other, with time between (short poll: one for "
                        "each interval). CPU: of all the server's threads for each "
                        "delivery; last: from when a message was meant to be sent");
    report_note(report, "until the last subscriber had it. user: the server's anonymous memory "
                        "for each subscriber; kernel: sockets and buffers,");
    report_note(report, "of both ends, an estimate. least, most: how the kernel has spread the "
                        "connections over the workers.");
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Servers that did not take turns can only be compared as a whole. */
static void report_ratios(struct report *report, const struct side *side,
                          const struct side *bare, bool turns)
{
    if (turns || !bare) {
        side_report_ratios(report, side, bare);
        return;
    }
    report_number(report, "ratio",
                  side_cost(side, COST_CPU_US).median / side_cost(bare, COST_CPU_US).median);
    report_number(report, "machine_ratio", side_machine_us(side) / side_machine_us(bare));
}

void scale_report(struct report *report, struct scale_cell *cell)
{
    struct scale_entry *last = &cell->entries[cell->count - 1];
    const struct side *bare = last->workers ? NULL : &last->bare.side;
    for (unsigned i = 0; i < cell->count; i++) {
        struct scale_entry *entry = &cell->entries[i];
        const struct side *side = scale_side(entry);
        side_report(report, side);
        report_bool(report, "turns", cell->turns);
        side_judge(report, side);
        if (!entry->workers)
            continue;
        report_ratios(report, side, bare, cell->turns);
        report_number(report, "workers", entry->workers);
        report_number(report, "user_bytes", entry->user_bytes);
        report_number(report, "kernel_bytes", entry->kernel_bytes);
        report_number(report, "least_percent", entry->least_percent);
        report_number(report, "most_percent", entry->most_percent);
    }
}

/* ---- beyond this machine ----------------------------------------------------------------- */

static double number_of(const cJSON *row, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, key);
    return cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
}

void scale_derive(struct report *report)
{
    static const double gib = 1024.0 * 1024 * 1024;
    const cJSON *row, *best = NULL;
    cJSON_ArrayForEach(row, report->rows)
    {
        bool known = !isnan(number_of(row, "user_bytes"));
        /* Of the largest N, the dearest. */
        if (known && (!best || number_of(row, "subscribers") > number_of(best, "subscribers") ||
                      (number_of(row, "subscribers") == number_of(best, "subscribers") &&
                       number_of(row, "user_bytes") > number_of(best, "user_bytes"))))
            best = row;
    }
    if (!best)
        return;
    double user = number_of(best, "user_bytes"), kernel = number_of(best, "kernel_bytes");
    report_note(report,
                "Derived, not measured: at %.0f B each, as of %s at N = %.0f, a million "
                "subscribers would take %.2f GiB of the server's memory",
                user, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(best, "transport")),
                number_of(best, "subscribers"), user * 1e6 / gib);
    if (kernel > 0)
        report_note(report,
                    "and, at %.0f B for both ends, less than %.2f GiB of the kernel's, on a "
                    "machine that permits so many open files.",
                    kernel, kernel * 1e6 / gib);
}

/* ---- the drawing ------------------------------------------------------------------------- */

bool scale_plot(const struct report *report, const char *path)
{
    static const struct {
        const char *title, *y_title, *y_key;
        bool y_log;
    } panels[] = {
        {"Server CPU for each delivery", "microseconds", "cpu_us", true},
        {"Until the last subscriber has a message (median)", "microseconds", "last_p50_us",
         true},
        {"The server's user memory for each subscriber", "bytes", "user_bytes", false},
    };
    enum { PANELS = sizeof(panels) / sizeof(panels[0]) };
    struct plot *plots = calloc(PANELS, sizeof(*plots));
    const struct plot *shown[PANELS];
    if (!plots)
        return false;
    for (unsigned i = 0; i < PANELS; i++) {
        plots[i].title = panels[i].title;
        plots[i].x = (struct plot_axis){"subscribers", true};
        plots[i].y = (struct plot_axis){panels[i].y_title, panels[i].y_log};
        plot_add_rows(&plots[i], report, "subscribers", panels[i].y_key);
        shown[i] = &plots[i];
    }
    bool good = plot_write(path, "One message to N subscribers", shown, PANELS);
    free(plots);
    return good;
}
