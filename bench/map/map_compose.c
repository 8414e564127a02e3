/* SPDX-License-Identifier: MIT
 *
 * A message every hundred seconds cannot be waited for ten times. What such a rate costs is
 * composed of two things that were measured, both at true speed: what a second costs in which
 * nothing comes (polls, held polls that end in vain, heartbeats), and what a message costs that
 * comes by itself.
 */
#include "map.h"

#include <math.h>

/* Where nothing comes a long poll ends in vain once in a hold; what share of these ends is left
 * at a rate. Short polls and heartbeats come whatever happens. */
static double idle_left(const struct map_settings *settings, enum cost_transport transport,
                        double rate)
{
    double expected = rate * (double)settings->heartbeat_s; /* messages in a hold */
    if (transport != COST_LONG_POLL)
        return 1;
    if (settings->feed[0] == 'p' && settings->feed[1] == 'o') /* poisson, not periodic */
        return expected / expm1(expected);
    return expected * floor(1 / expected);
}

/* What of a measured message's figure is not its own. The repeats' median has as many
 * heartbeats and ended holds in it as the median of the quiet pieces: none, when a repeat is
 * much shorter than the time between two. */
static double idle_within(const struct map_series *series, enum cost_transport transport,
                          enum metric metric, double rate)
{
    return series->calm[transport][metric] / rate;
}

/* What seconds without a message cost, by message. */
static double idle_at(const struct map_settings *settings, const struct map_series *series,
                      enum cost_transport transport, enum metric metric, double rate)
{
    double calm = series->calm[transport][metric], idle = series->idle[transport][metric];
    return (calm + (idle - calm) * idle_left(settings, transport, rate)) / rate;
}

static double compose_one(double measured, double within, double idle)
{
    return isnan(measured) ? NAN : fmax(0, measured - within) + idle;
}

static struct spread compose(const struct spread *measured, double within, double idle)
{
    return (struct spread){compose_one(measured->min, within, idle),
                           compose_one(measured->median, within, idle),
                           compose_one(measured->max, within, idle)};
}

/* What disturbed a repeat of the measured point stays with it. */
static void compose_repeats(const struct map_settings *settings,
                            const struct map_series *series, const struct map_point *base,
                            struct map_point *point)
{
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++)
        for (unsigned judged = 0; judged < MAP_JUDGED; judged++) {
            enum metric metric = map_judged[judged];
            double idle = idle_at(settings, series, transport, metric, point->rate);
            double within = idle_within(series, transport, metric, base->rate);
            for (unsigned i = 0; i < base->repeat_count; i++) {
                double value = base->repeats[transport][judged][i];
                point->repeats[transport][judged][i] =
                    metric_adds_up(metric) ? compose_one(value, within, idle) : value;
            }
        }
}

/* A connection that is opened for each poll, or none; by the clock, not by message. */
static bool stays_the_same(enum metric metric)
{
    return metric <= METRIC_DELAY_MAX || metric == METRIC_OPENS || metric >= METRIC_IDLE_CPU;
}

static const struct map_point *first_measured(const struct map_series *series)
{
    for (unsigned i = 0; i < series->count; i++)
        if (!series->points[i].composed)
            return &series->points[i];
    return NULL;
}

bool map_compose(const struct map_settings *settings, const struct map_series *series,
                 double rate, struct map_point *ret_point)
{
    const struct spread unknown = {NAN, NAN, NAN};
    const struct map_point *base = first_measured(series);
    if (!base || !series->idle_known)
        return false;
    *ret_point = (struct map_point){.rate = rate,
                                    .composed = true,
                                    .client_percent = NAN,
                                    .repeat_count = base->repeat_count,
                                    .late_ms = base->late_ms};
    for (enum cost_transport transport = 0; transport < COST_TRANSPORTS; transport++)
        for (enum metric metric = 0; metric < METRICS; metric++) {
            const struct spread *measured = &base->figures[transport][metric];
            struct spread *figure = &ret_point->figures[transport][metric];
            double idle = idle_at(settings, series, transport, metric, rate);
            double within = idle_within(series, transport, metric, base->rate);
            if (metric_adds_up(metric))
                *figure = compose(measured, within, idle);
            else
                *figure = stays_the_same(metric) ? *measured : unknown;
        }
    compose_repeats(settings, series, base, ret_point);
    return true;
}
