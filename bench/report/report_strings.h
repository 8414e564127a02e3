/* SPDX-License-Identifier: MIT
 *
 * Report strings: every word of the report's page, in each language. Figures come to {1}…
 */
#ifndef PUSHBENCH_REPORT_STRINGS_H
#define PUSHBENCH_REPORT_STRINGS_H

#include "html.h"

enum report_string {
    STRING_TITLE,
    STRING_LEAD,
    STRING_REGIME,
    STRING_REGIME_SPARSE,
    STRING_REGIME_DENSE,
    STRING_MAP_TITLE,
    STRING_MAP_LEAD,
    STRING_MAP_LIES,
    STRING_THEME_AUTO,
    STRING_THEME_LIGHT,
    STRING_THEME_DARK,
    STRING_BROKEN,
    STRING_CUT_SHORT,
    STRING_NOT_QUIET,
    STRING_NO_DELAYS,
    STRING_VERDICTS,
    STRING_VERDICTS_LEAD,
    STRING_METRIC,
    STRING_MEASURED_ORDER,
    STRING_WITH_CLOSE,
    STRING_WITH_KEPT,
    STRING_AS_KEEP_ALIVE,
    STRING_HOLDS,
    STRING_TIES,
    STRING_ONLY_BELOW,
    STRING_FAILS,
    STRING_ALL_TIE,
    STRING_NO_VERDICT,
    STRING_PLOTS,
    STRING_PLOTS_LEAD,
    STRING_GROUP_DELAY,
    STRING_GROUP_TRAFFIC,
    STRING_GROUP_SERVER,
    STRING_DELAY_CURVE,
    STRING_DELAY_CURVE_X,
    STRING_DELAY_CURVE_Y,
    STRING_PARTS,
    STRING_PART_HEADERS,
    STRING_PART_FRAMING,
    STRING_PART_PAYLOAD,
    STRING_USELESS_CURVE,
    STRING_USELESS_CURVE_Y,
    STRING_REQUESTS_CURVE,
    STRING_REQUESTS_CURVE_Y,
    STRING_PER_POLL_X,
    STRING_BY_MODEL,
    STRING_MODEL_POISSON,
    STRING_MODEL_PERIODIC,
    STRING_TABLE,
    STRING_TABLE_LEAD,
    STRING_MODEL_ROW,
    STRING_CROSSINGS,
    STRING_CROSSINGS_LEAD,
    STRING_CROSSINGS_POLL,
    STRING_RUN,
    STRING_DATE,
    STRING_COMMAND,
    STRING_VERSION,
    STRING_MACHINE,
    STRING_MACHINE_TEXT,
    STRING_KERNEL,
    STRING_COMPILER,
    STRING_LIBRARIES,
    STRING_LOAD,
    STRING_CLIENT_CPU,
    STRING_SOUND,
    STRING_SOUND_TEXT,
    STRING_FEED,
    STRING_FEED_POISSON,
    STRING_FEED_PERIODIC,
    STRING_EXPLANATIONS,
    STRING_EXPLANATIONS_LEAD,
    STRING_LIES,
    STRING_DATA,
    STRING_DATA_LEAD,
    STRING_DOWNLOAD_JSON,
    STRING_DOWNLOAD_CSV,
    STRING_OUTPUT,
    REPORT_STRINGS,
};

extern const struct words report_strings[REPORT_STRINGS];

/* A transport among those compared; tone names its colour in the page's style. */
struct lane_words {
    const char *name;
    const char *tone;
    unsigned place; /* in the textbook's order, from 1; 0: it does not tell */
    struct words title;
};

/* Never NULL: what is not known goes by its name, which is then to be shown instead of the
 * title. */
const struct lane_words *report_lane_words(const char *name);

/* What a figure is called, and where its explanation stands. */
struct metric_words {
    const char *key; /* as in struct metric_info */
    const char *unit;
    const char *topic; /* of report_topics */
    struct words title;
};

/* NULL: not known. */
const struct metric_words *report_metric_words(const char *key);

/* How a figure is made, and how it can lie. */
struct topic_words {
    const char *id;
    struct words title, made, lies;
};

/* Ends with one without id. */
extern const struct topic_words report_topics[];

/* A setting of the run, by its key in the document; {1} is its value. */
struct setting_words {
    const char *key;
    struct words title;
    const char *unit;
};

/* Ends with one without key. */
extern const struct setting_words report_settings[];

#endif
