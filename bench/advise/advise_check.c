/* SPDX-License-Identifier: MIT */
#include "advise.h"

#include "../churn_plan.h"
#include "../spread.h"
#include "cost_measure.h"

#include <math.h>
#include <stdio.h>

enum {
    HEARTBEAT_S = 2,
    LEAST_SPAN_S = 6,
    MOST_SPAN_S = 12,
    MESSAGES_WANTED = 40,
    POINTS_LIMIT = 40,
    DELIVERIES_LIMIT = 2500, /* a second, on each of five lanes that share the machine */
};

/* What predictions are held to. What a busy machine takes for itself is no prediction's matter:
 * delays may be off by a millisecond. */
static const double bytes_bound = 0.2, delay_bound = 0.1, delay_slack_s = 0.001,
                    cpu_median_bound = 0.3, cpu_worst_bound = 2;

/* ---- points ------------------------------------------------------------------------------ */

/* Between two bounds above 0, each ratio as likely as any other. */
static double draw(uint64_t *state, double least, double most)
{
    double share = (double)(churn_random(state) >> 11) / (double)(UINT64_C(1) << 53);
    return least * pow(most / least, share);
}

static struct cost_point draw_point(uint64_t *state)
{
    double rate = draw(state, 0.5, 100), most = fmin(300, DELIVERIES_LIMIT / rate);
    double interval_s = round(draw(state, 100, 2000)) / 1e3;
    double round_trip_s = fmin(round(draw(state, 5, 80)) / 1e3, interval_s / 2);
    bool far = churn_random(state) % 2;
    return (struct cost_point){
        .times = {.poisson = true,
                  .rate = rate,
                  .interval_s = interval_s,
                  .round_trip_s = far ? round_trip_s : 0,
                  .hold_s = HEARTBEAT_S},
        .clients = round(draw(state, 5, most)),
        .payload_bytes = round(draw(state, 16, 2000)),
        .heartbeat_s = HEARTBEAT_S,
    };
}

/* Whole heartbeats, and enough messages where that does not take too long. */
static unsigned span_of(double rate)
{
    double wanted_s = fmin(fmax(MESSAGES_WANTED / rate, LEAST_SPAN_S), MOST_SPAN_S);
    return (unsigned)ceil(wanted_s / HEARTBEAT_S) * HEARTBEAT_S;
}

/* ---- errors ------------------------------------------------------------------------------ */

struct errors {
    double values[POINTS_LIMIT * COST_TRANSPORTS];
    unsigned count;
    double worst;
};

static void enter_error(struct errors *errors, double error)
{
    if (isnan(error))
        return;
    errors->values[errors->count++] = error;
    errors->worst = fmax(errors->worst, error);
}

/* The share by which a prediction is off; NAN: there is nothing to hold it against. */
static double error_of(const struct cost_figures *predicted,
                       const struct cost_figures *measured, enum cost_figure figure)
{
    double wanted = measured->of[figure], off = fabs(predicted->of[figure] - wanted);
    return wanted > 0 ? off / wanted : NAN;
}

/* By how much the larger exceeds the smaller, as a factor. */
static double factor_of(const struct cost_figures *predicted,
                        const struct cost_figures *measured)
{
    double ratio = predicted->of[COST_CPU_S] / measured->of[COST_CPU_S];
    return fmax(ratio, 1 / ratio);
}

struct checked {
    struct errors requests, bytes, wire, delay, cpu;
    double cpu_factor; /* the worst */
    unsigned late;     /* delays that were not judged */
};

static void judge(struct checked *checked, bool delays_known,
                  const struct cost_figures *predicted, const struct cost_figures *measured)
{
    bool late = !delays_known || isnan(measured->of[COST_DELAY_S]);
    double off_s = fabs(predicted->of[COST_DELAY_S] - measured->of[COST_DELAY_S]);
    enter_error(&checked->requests, error_of(predicted, measured, COST_REQUESTS));
    enter_error(&checked->bytes, error_of(predicted, measured, COST_BYTES));
    enter_error(&checked->wire, error_of(predicted, measured, COST_WIRE_BYTES));
    if (!late)
        enter_error(&checked->delay,
                    off_s <= delay_slack_s ? 0 : error_of(predicted, measured, COST_DELAY_S));
    enter_error(&checked->cpu, error_of(predicted, measured, COST_CPU_S));
    checked->cpu_factor = fmax(checked->cpu_factor, factor_of(predicted, measured));
    checked->late += late;
}

/* ---- telling ----------------------------------------------------------------------------- */

static void add_columns(struct report *report)
{
    static const struct report_column columns[] = {
        {"point", "point", 0},
        {"rate", "rate/s", REPORT_DIGITS},
        {"clients", "clients", 0},
        {"payload_bytes", "payload", 0},
        {"interval_ms", "poll ms", 0},
        {"rtt_ms", "rtt ms", 0},
        {"transport", "transport", 0},
        {"requests_error_percent", "requests, % off", 1},
        {"bytes_error_percent", "bytes, % off", 1},
        {"wire_bytes_error_percent", "wire, % off", 1},
        {"predicted_delay_mean_ms", "delay ms", REPORT_DIGITS},
        {"delay_mean_ms", "measured", REPORT_DIGITS},
        {"predicted_cpu_us", "CPU us/msg", REPORT_DIGITS},
        {"cpu_us", "measured", REPORT_DIGITS},
    };
    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        report_column(report, columns[i].key, columns[i].heading, columns[i].decimals);
}

static void add_row(struct report *report, unsigned number, enum cost_transport transport,
                    const struct cost_sample *sample, const struct cost_figures *predicted)
{
    const struct cost_point *point = &sample->point;
    char key[64];
    report_row(report);
    report_number(report, "point", number + 1);
    report_number(report, "rate", point->times.rate);
    report_number(report, "clients", point->clients);
    report_number(report, "payload_bytes", point->payload_bytes);
    report_number(report, "interval_ms", point->times.interval_s * 1e3);
    report_number(report, "rtt_ms", point->times.round_trip_s * 1e3);
    report_text(report, "transport", cost_transport_names[transport]);
    for (const struct advise_unit *unit = advise_units; unit->key; unit++) {
        double measured = advise_value(unit, &sample->measured, point);
        report_number(report, unit->key, measured);
        snprintf(key, sizeof(key), "predicted_%s", unit->key);
        report_number(report, key, advise_value(unit, predicted, point));
        snprintf(key, sizeof(key), "%s_error_percent", unit->key);
        report_number(report, key, 100 * error_of(predicted, &sample->measured, unit->figure));
    }
}

static void note_errors(struct report *report, const char *what, const struct errors *errors,
                        double bound)
{
    static const char text[] =
        "%s: %.1f %% off at worst, %.1f %% in the median; bound: %.0f %% "
        "at worst.";
    double median = spread_of(errors->values, errors->count).median;
    if (errors->count == 0)
        report_note(report, "%s: nothing could be held against predictions.", what);
    else if (errors->worst <= bound)
        report_note(report, text, what, 100 * errors->worst, 100 * median, 100 * bound);
    else
        report_broken(report, text, what, 100 * errors->worst, 100 * median, 100 * bound);
}

static void conclude(struct report *report, const struct checked *checked)
{
    static const char text[] = "CPU: %.1f %% off in the median, a factor of %.2f at worst; "
                               "bounds: %.0f %% and %.0f.";
    double median = spread_of(checked->cpu.values, checked->cpu.count).median;
    note_errors(report, "Requests", &checked->requests, bytes_bound);
    note_errors(report, "Bytes", &checked->bytes, bytes_bound);
    note_errors(report, "Wire bytes", &checked->wire, bytes_bound);
    note_errors(report, "Mean delay", &checked->delay, delay_bound);
    if (median <= cpu_median_bound && checked->cpu_factor <= cpu_worst_bound)
        report_note(report, text, 100 * median, checked->cpu_factor, 100 * cpu_median_bound,
                    cpu_worst_bound);
    else
        report_broken(report, text, 100 * median, checked->cpu_factor, 100 * cpu_median_bound,
                      cpu_worst_bound);
    report_note(report, "A delay within %.0f ms of the prediction counts as met.",
                delay_slack_s * 1e3);
    if (checked->late > 0)
        report_note(
            report,
            "%u delays were not judged: the client was busy, or something else held the "
            "machine up, so that messages were sent more than half a millisecond late "
            "there, or all along the tour.",
            checked->late);
}

/* ---- checking ---------------------------------------------------------------------------- */

bool advise_check(struct report *report, const struct common_options *common,
                  const struct calibration *calibration, unsigned points, uint64_t seed)
{
    struct cost_phase phases[POINTS_LIMIT];
    struct cost_run runs[POINTS_LIMIT];
    struct checked checked = {.late = 0};
    struct progress progress;
    uint64_t state =
        (seed + 1) * UINT64_C(0x9e3779b97f4a7c15); /* small seeds differ in few bits */
    int64_t all_ns = 0, begun_ns = now_ns();
    bool good = true;
    for (unsigned i = 0; i < points; i++) {
        runs[i] = (struct cost_run){draw_point(&state), &phases[i], 1, seed + i};
        phases[i].rate = runs[i].point.times.rate;
        phases[i].span_s = span_of(phases[i].rate);
        all_ns += cost_run_ns(&runs[i]);
    }
    add_columns(report);
    progress_init(&progress, "checking", (uint64_t)all_ns);
    for (unsigned i = 0; good && i < points; i++) {
        struct cost_sample samples[1][COST_TRANSPORTS];
        good = cost_measure(common, &runs[i], &progress, begun_ns, samples);
        for (enum cost_transport transport = 0; good && transport < COST_TRANSPORTS;
             transport++) {
            const struct cost_sample *sample = &samples[0][transport];
            struct cost_figures predicted =
                cost_predict(&calibration->constants, transport, &sample->point);
            add_row(report, i, transport, sample, &predicted);
            judge(&checked, calibration->delays_known, &predicted, &sample->measured);
        }
    }
    progress_finish(&progress);
    if (good)
        conclude(report, &checked);
    return good;
}
