/* SPDX-License-Identifier: MIT
 *
 * Whether compare would tell: runs of which it is known beforehand what must come out. Messages
 * are dropped, repeated and swapped on purpose; a transport runs against itself; and beside one
 * of two equal servers somebody uses a tenth more.
 */
#include "compare.h"

#include "../command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SIZE = 96 };

static const double extra_cpu = 0.1;
static const int64_t interval_ns = 250000000;

struct self_test {
    const struct common_options *common;
    struct report report;
    unsigned failed;
    bool broken; /* a run that could not be made */
};

static void add_row(struct self_test *test, const char *check, const char *name,
                    const char *wanted, const char *found, bool good)
{
    report_row(&test->report);
    report_text(&test->report, "check", check);
    report_text(&test->report, "transport", name);
    report_text(&test->report, "wanted", wanted);
    report_text(&test->report, "found", found);
    report_text(&test->report, "result", good ? "ok" : "failed");
    test->failed += !good;
}

/* ---- runs -------------------------------------------------------------------------------- */

/* What a part makes of its lanes, and reads off them. */
struct part {
    const char *name, *label;
    double rate, duration_s;
    unsigned clients, repeats;
    bool pin;
    /* Adds the lanes and starts them. */
    bool (*start)(struct compare *compare);
    void (*judge)(struct self_test *test, const struct compare *compare);
};

static void run_part(struct self_test *test, const struct part *part)
{
    struct compare *compare = calloc(1, sizeof(*compare));
    bool good = compare;
    if (good) {
        compare->rate = part->rate;
        compare->duration_s = part->duration_s;
        compare->repeats = part->repeats;
        compare->seed = 1;
        compare->pin = part->pin && sysconf(_SC_NPROCESSORS_ONLN) > 1;
        compare->settings = (struct lane_settings){
            .common = *test->common,
            .flush = "send",
            .clients = part->clients,
            .payload = 100,
            .heartbeat_s = 3,
            .interval_ns = interval_ns,
        };
        good = compare_plan(compare) && part->start(compare) &&
               compare_measure(compare, part->label);
        if (good && !compare->cut_short)
            part->judge(test, compare);
        good = compare_stop(compare) && good;
    }
    test->broken = test->broken || !good || compare->cut_short;
    free(compare);
}

/* ---- what is done to messages is told ---------------------------------------------------- */

static struct mischief mischiefs[COMPARE_LANES_LIMIT];

static bool start_faults(struct compare *compare)
{
    bool good = true;
    compare_add_lane(compare, &short_poll_client, true);
    for (unsigned i = 0; client_kinds[i]; i++)
        compare_add_lane(compare, client_kinds[i], false);
    for (unsigned i = 0; good && i < compare->lane_count; i++) {
        good = mischief_init(&mischiefs[i], i, compare->settings.clients,
                             compare->settings.messages);
        compare->lanes[i].mischief = &mischiefs[i];
        good = good && lane_start(&compare->lanes[i]);
    }
    return good;
}

static void judge_faults(struct self_test *test, const struct compare *compare)
{
    for (unsigned i = 0; i < compare->lane_count; i++) {
        const struct delivery *delivery = &compare->lanes[i].delivery;
        unsigned long long missing = delivery_missing(delivery);
        char wanted[TEXT_SIZE], found[TEXT_SIZE];
        snprintf(wanted, sizeof(wanted), "%u, %u, %u", MISDEEDS_EACH, MISDEEDS_EACH,
                 MISDEEDS_EACH);
        snprintf(found, sizeof(found), "%llu, %llu, %llu", missing,
                 (unsigned long long)delivery->duplicates,
                 (unsigned long long)delivery->reordered);
        add_row(test, "lost, repeated, reordered", compare->lanes[i].name, wanted, found,
                strcmp(wanted, found) == 0 && delivery->strange == 0);
    }
}

static void finish_faults(void)
{
    for (unsigned i = 0; i < COMPARE_LANES_LIMIT; i++)
        mischief_finish(&mischiefs[i]);
}

/* ---- a transport against itself ---------------------------------------------------------- */

static bool start_twice(struct compare *compare)
{
    bool good = true;
    for (unsigned i = 0; good && client_kinds[i]; i++)
        for (unsigned times = 0; good && times < 2; times++)
            good = lane_start(compare_add_lane(compare, client_kinds[i], false));
    return good;
}

/* Names the metrics in which two lanes are told apart. */
static unsigned describe_orders(const struct compare *compare, unsigned a, unsigned b,
                                char ret_text[TEXT_SIZE])
{
    unsigned count = 0;
    size_t len = 0;
    ret_text[0] = '\0';
    for (enum metric metric = 0; metric < METRICS; metric++) {
        if (!compare_is_judged(compare, metric) || compare_tie(compare, metric, a, b))
            continue;
        count++;
        if (len < TEXT_SIZE)
            len += (size_t)snprintf(ret_text + len, TEXT_SIZE - len, "%s%s",
                                    len > 0 ? ", " : "", metric_infos[metric].key);
    }
    return count;
}

static void judge_twice(struct self_test *test, const struct compare *compare)
{
    for (unsigned i = 0; i + 1 < compare->lane_count; i += 2) {
        char found[TEXT_SIZE];
        bool good = describe_orders(compare, i, i + 1, found) == 0;
        add_row(test, "itself under two names", compare->lanes[i].name, "all tie",
                good ? "all tie" : found, good);
    }
}

/* ---- a tenth more ------------------------------------------------------------------------ */

static bool start_burdened(struct compare *compare)
{
    compare_add_lane(compare, &sse_client, false);
    compare_add_lane(compare, &sse_client, false)->extra_cpu = extra_cpu;
    return lane_start(&compare->lanes[0]) && lane_start(&compare->lanes[1]);
}

static void judge_burdened(struct self_test *test, const struct compare *compare)
{
    double plain = compare->figures[0][METRIC_CPU].median;
    double more = compare->figures[1][METRIC_CPU].median;
    char found[TEXT_SIZE];
    bool good = more > plain && !compare_tie(compare, METRIC_CPU, 0, 1);
    snprintf(found, sizeof(found), "%s (%+.1f %%)", good ? "dearer" : "no difference",
             100 * (more / plain - 1));
    add_row(test, "10 % more CPU beside one", compare->lanes[0].name, "dearer", found, good);
}

/* ---- the command ------------------------------------------------------------------------- */

static const struct part parts[] = {
    {"faults", "self-test: faults", 50, 1, 20, 3, false, start_faults, judge_faults},
    {"ties", "self-test: ties", 20, 3, 20, 10, true, start_twice, judge_twice},
    {"cpu", "self-test: CPU", 100, 2, 50, 20, true, start_burdened, judge_burdened},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

int compare_self_test(const char *part, const struct common_options *common)
{
    struct self_test test = {.common = common};
    bool any = false;
    report_init(&test.report, "compare self-test", "whether compare tells what it should");
    report_column(&test.report, "check", "check", 0);
    report_column(&test.report, "transport", "transport", 0);
    report_column(&test.report, "wanted", "wanted", 0);
    report_column(&test.report, "found", "found", 0);
    report_column(&test.report, "result", "result", 0);
    process_keep_going();
    for (unsigned i = 0; i < PARTS; i++)
        if (strcmp(part, "-") == 0 || strcmp(part, parts[i].name) == 0) {
            any = true;
            if (!process_interrupted())
                run_part(&test, &parts[i]);
        }
    finish_faults();
    int status = EXIT_USAGE;
    if (any) {
        if (test.failed > 0)
            report_broken(&test.report, "%u checks failed", test.failed);
        if (test.broken)
            report_broken(&test.report, "a run failed; see standard error");
        status = report_print(&test.report, common->json);
    } else {
        fputs("pushbench compare: --self-test: there are faults, ties and cpu\n", stderr);
    }
    report_finish(&test.report);
    return process_interrupted() ? EXIT_CUT_SHORT : status;
}
