/* SPDX-License-Identifier: MIT */
#include "report_csv.h"

#include <math.h>
#include <string.h>

static void add_field(struct builder *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        builder_add_text(out, text);
        return;
    }
    builder_add_text(out, "\"");
    for (; *text; text++)
        builder_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    builder_add_text(out, "\"");
}

static void add_number(struct builder *out, double value)
{
    builder_add_text(out, ",");
    if (isfinite(value))
        builder_format(out, "%.9g", value);
}

void report_csv(const struct view *view, struct builder *out)
{
    builder_add_text(out, "metric,unit,transport,median,least,most,model\n");
    for (unsigned i = 0; i < view->metric_count; i++) {
        const struct view_metric *metric = &view->metrics[i];
        for (unsigned lane = 0; lane < view->lane_count; lane++) {
            add_field(out, metric->key);
            builder_add_text(out, ",");
            add_field(out, metric->words ? metric->words->unit : "");
            builder_add_text(out, ",");
            add_field(out, view->lanes[lane].name);
            add_number(out, metric->figures[lane].median);
            add_number(out, metric->figures[lane].min);
            add_number(out, metric->figures[lane].max);
            add_number(out, metric->model[lane]);
            builder_add_text(out, "\n");
        }
    }
}
