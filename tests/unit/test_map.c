/* SPDX-License-Identifier: MIT
 *
 * Maps: the grid and what is found in it, points that are composed, what is the cheapest, the
 * document and back, the drawing. Of figures that were made up, so that it is known what must
 * come out.
 */
#include "../../bench/map/map.h"
#include "../../bench/map/map_csv.h"
#include "../../bench/map/map_svg.h"

#include "drawing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    CLOSE = 1 << COST_SHORT_POLL_CLOSE,
    POLL = 1 << COST_SHORT_POLL,
    HELD = 1 << COST_LONG_POLL,
    SSE = 1 << COST_SSE,
    SOCKET = 1 << COST_WEBSOCKET,
};

static void assert_near(double got, double wanted, double off)
{
    if (!(fabs(got - wanted) <= off * fabs(wanted)))
        fail_msg("%g is not %g", got, wanted);
}

/* ---- the grid ---------------------------------------------------------------------------- */

static void test_coarse(void **state)
{
    double rates[MAP_RATES_LIMIT];
    (void)state;
    assert_int_equal(map_grid_coarse(0.01, 1000, 1, rates), 6);
    for (unsigned i = 0; i < 6; i++)
        assert_near(rates[i], pow(10, (int)i - 2), 1e-9);
    assert_int_equal(map_grid_coarse(0.5, 40, 2, rates), 6);
    assert_near(rates[0], 0.5, 0);
    assert_near(rates[1], 1, 1e-9);
    assert_near(rates[4], 31.6228, 1e-4);
    assert_near(rates[5], 40, 0);
    assert_int_equal(map_grid_coarse(7, 7, 2, rates), 1);
    assert_true(map_grid_coarse(1e-9, 1e9, 10, rates) <= MAP_RATES_LIMIT);
}

static void test_flips(void **state)
{
    static const unsigned steady[] = {SSE | SOCKET, SSE, 0, SSE | POLL};
    static const unsigned creeping[] = {SOCKET | SSE, SSE | POLL, POLL, POLL | CLOSE, CLOSE, 0};
    struct map_flip flips[MAP_RATES_LIMIT];
    (void)state;
    assert_int_equal(map_grid_flips(steady, 4, flips), 0);
    assert_int_equal(map_grid_flips(creeping, 6, flips), 2);
    assert_int_equal(flips[0].before, 1);
    assert_int_equal(flips[0].after, 2);
    assert_int_equal(flips[0].from, SSE);
    assert_int_equal(flips[0].to, POLL);
    assert_int_equal(flips[1].before, 3);
    assert_int_equal(flips[1].from, POLL);
    assert_int_equal(flips[1].to, CLOSE);
}

/* The widest is halved first, until all are known closely. */
static void test_refinement(void **state)
{
    static const double rates[] = {1, 10, 1000};
    static const struct map_flip flips[] = {{0, 1, SSE, POLL}, {1, 2, POLL, CLOSE}};
    (void)state;
    assert_near(map_grid_between(rates, flips, 2, 1.25), 100, 1e-9);
    assert_near(map_grid_between(rates, flips, 1, 1.25), sqrt(10), 1e-9);
    assert_true(isnan(map_grid_between(rates, flips, 1, 10)));
    assert_true(isnan(map_grid_between(rates, flips, 0, 1)));
}

static void test_crossings(void **state)
{
    (void)state;
    assert_near(map_grid_crossing(1, 0.5, 4, 2), 2, 1e-9);
    assert_near(map_grid_crossing(1, 1, 100, 2), 1, 1e-9);
    assert_near(map_grid_crossing(1, 2, 100, 3), 10, 1e-9);
    assert_near(map_grid_crossing(1, NAN, 100, 2), 10, 1e-9);
}

enum { REPEATS = 3 };

/* ---- a map ------------------------------------------------------------------------------- */

static struct spread around(double median)
{
    return (struct spread){median * 0.99, median, median * 1.01};
}

/* A poll costs 35 us, a pushed message 10; bytes likewise, and level with SSE's at 20. */
static void make_figures(double rate, enum cost_transport transport, struct map_point *point)
{
    static const double poll_us[] = {70, 35, 0, 0, 0}, message_us[] = {1, 1, 40, 10, 10.1};
    static const double poll_bytes[] = {1500, 1000, 0, 0, 0},
                        message_bytes[] = {180, 180, 1100, 230, 300};
    static const double delays_ms[] = {500, 500, 0.6, 0.6, 0.6};
    struct spread *figures = point->figures[transport];
    for (enum metric metric = 0; metric < METRICS; metric++)
        figures[metric] = (struct spread){NAN, NAN, NAN};
    figures[METRIC_CPU] = around(poll_us[transport] / rate + message_us[transport]);
    figures[METRIC_WIRE_BYTES] =
        around(poll_bytes[transport] / rate + message_bytes[transport]);
    figures[METRIC_DELAY_MEAN] = around(delays_ms[transport]);
    figures[METRIC_OPENS] = around(transport == COST_SHORT_POLL_CLOSE ? 60 : 0);
    point->repeat_count = REPEATS;
    for (unsigned i = 0; i < MAP_JUDGED; i++)
        for (unsigned j = 0; j < REPEATS; j++)
            point->repeats[transport][i][j] = figures[map_judged[i]].median * (0.99 + 0.01 * j);
}

static struct map *new_map(void)
{
    struct map *map = calloc(1, sizeof(*map));
    double rates[MAP_RATES_LIMIT];
    assert_non_null(map);
    map->settings = (struct map_settings){
        .feed = "poisson",
        .headers = "browser",
        .flush = "send",
        .rate_least = 0.01,
        .rate_most = 100,
        .clients = {{10, 1000}, 2},
        .payload = 100,
        .interval_ms = 1000,
        .duration_s = 2,
        .repeats = 3,
        .heartbeat_s = 15,
        .per_decade = 2,
        .refine = 4,
        .max_delay_ms = 100,
    };
    map_begin(map);
    for (unsigned i = 0; i < map->count; i++) {
        struct map_series *series = &map->series[i];
        unsigned count = map_grid_coarse(1, 100, 4, rates);
        series->idle_known = series->complete = true;
        for (enum cost_transport j = 0; j < COST_TRANSPORTS; j++) {
            series->user_bytes[j] = 300;
            series->kernel_bytes[j] = 8000;
            series->idle[j][METRIC_CPU] = j <= COST_SHORT_POLL ? 35 : 3;
            series->idle[j][METRIC_REQUESTS] = j <= COST_SHORT_POLL ? 1 : 0;
            series->calm[j][METRIC_CPU] = j <= COST_SHORT_POLL ? 35 : 1; /* no heartbeats */
        }
        while (count-- > 0) {
            struct map_point point = {.rate = rates[count], .client_percent = 5};
            for (enum cost_transport j = 0; j < COST_TRANSPORTS; j++)
                make_figures(point.rate, j, &point);
            map_judge(&map->settings, series, &point);
            map_enter(series, &point);
        }
    }
    return map;
}

static void test_points_stand_by_their_rates(void **state)
{
    struct map *map = new_map();
    struct map_series *series = &map->series[0];
    struct map_point point = {.rate = 5};
    (void)state;
    for (unsigned i = 1; i < series->count; i++)
        assert_true(series->points[i].rate > series->points[i - 1].rate);
    assert_true(map_has(series, 10.05));
    assert_false(map_has(series, 11));
    while (series->count < MAP_RATES_LIMIT)
        assert_non_null(map_enter(series, &point));
    assert_null(map_enter(series, &point));
    free(map);
}

static void test_the_cheapest(void **state)
{
    struct map *map = new_map();
    struct map_flip flips[MAP_RATES_LIMIT];
    const struct map_series *few = &map->series[0], *many = &map->series[1];
    (void)state;
    assert_int_equal(few->points[0].cheapest[MAP_CPU], SSE | SOCKET);
    assert_int_equal(few->points[0].cheapest[MAP_WIRE], SSE);
    assert_int_equal(map_flips(few, MAP_CPU, flips), 1);
    assert_int_equal(flips[0].to, POLL);
    assert_near(map_flip_rate(few, MAP_CPU, &flips[0]), 35.0 / 9, 0.05);
    assert_int_equal(map_flips(few, MAP_WIRE, flips), 1);
    assert_near(map_flip_rate(few, MAP_WIRE, &flips[0]), 20, 0.05);
    assert_int_equal(map_flips(few, MAP_BUDGET, flips), 0); /* a poll comes too late */
    /* With ten clients memory cannot be told; with more, ended connections weigh. */
    assert_int_equal(few->points[0].cheapest[MAP_MEMORY], CLOSE | POLL | HELD | SSE | SOCKET);
    assert_int_equal(many->points[0].cheapest[MAP_MEMORY], POLL | HELD | SSE | SOCKET);
    free(map);
}

static void test_orders(void **state)
{
    struct map *map = new_map();
    const struct map_point *sparse = &map->series[0].points[0];
    const struct map_point *dense = &map->series[0].points[map->series[0].count - 1];
    (void)state;
    assert_int_equal(sparse->orders[MAP_ORDER_DELAY], VERDICT_TIES);
    assert_int_equal(sparse->orders[MAP_ORDER_WIRE], VERDICT_FAILS); /* SSE before WebSocket */
    assert_int_equal(dense->orders[MAP_ORDER_CPU], VERDICT_LAST_FLIPS);
    free(map);
}

/* A busy machine makes all repeats uneven alike; what is left of two transports is their ratio.
 */
static void test_ties_by_repeats(void **state)
{
    static const double busy[REPEATS] = {1, 1.6, 0.8};
    struct map *map = new_map();
    struct map_point *point = &map->series[0].points[0];
    (void)state;
    for (enum cost_transport i = 0; i < COST_TRANSPORTS; i++) {
        double us = i == COST_SSE ? 10 : 11;
        for (unsigned j = 0; j < REPEATS; j++)
            point->repeats[i][0][j] = us * busy[j];
        point->figures[i][METRIC_CPU] = spread_of(point->repeats[i][0], REPEATS);
    }
    map_judge(&map->settings, &map->series[0], point);
    assert_int_equal(point->cheapest[MAP_CPU], SSE);
    point->repeat_count = 0; /* as in an older map: ranges, which overlap */
    map_judge(&map->settings, &map->series[0], point);
    assert_int_equal(point->cheapest[MAP_CPU], CLOSE | POLL | HELD | SSE | SOCKET);
    free(map);
}

/* What is not known is not judged. */
static void test_unknown_figures(void **state)
{
    struct map *map = new_map();
    struct map_point *point = &map->series[0].points[0];
    (void)state;
    point->figures[COST_SSE][METRIC_DELAY_MEAN].median = NAN;
    point->figures[COST_LONG_POLL][METRIC_WIRE_BYTES].median = NAN;
    map_judge(&map->settings, &map->series[0], point);
    assert_int_equal(point->cheapest[MAP_BUDGET], 0);
    assert_int_equal(point->cheapest[MAP_WIRE], 0);
    assert_int_equal(point->cheapest[MAP_CPU], SSE | SOCKET);
    assert_int_equal(point->orders[MAP_ORDER_WIRE], VERDICT_NONE);
    free(map);
}

static void test_composed(void **state)
{
    struct map *map = new_map();
    struct map_series *series = &map->series[0];
    struct map_point point;
    (void)state;
    assert_true(map_compose(&map->settings, series, 0.01, &point));
    assert_true(point.composed);
    /* A hundred polls, and what a message adds to one. */
    assert_near(point.figures[COST_SHORT_POLL][METRIC_CPU].median, 100 * 35 + 1, 1e-9);
    assert_int_equal(point.repeat_count, REPEATS);
    assert_near(point.repeats[COST_SHORT_POLL][0][1], 100 * 35 + 1, 1e-9);
    assert_near(point.repeats[COST_SHORT_POLL][2][1], 500, 1e-9);
    /* A hold is 15 s; a message ends it early, now and then. */
    assert_near(point.figures[COST_LONG_POLL][METRIC_CPU].median,
                39 + (1 + 2 * 0.15 / expm1(0.15)) / 0.01, 1e-4);
    assert_near(point.figures[COST_WEBSOCKET][METRIC_CPU].median, 9.1 + 300, 1e-9);
    assert_near(point.figures[COST_SHORT_POLL][METRIC_DELAY_MEAN].median, 500, 1e-9);
    assert_true(isnan(point.figures[COST_SSE][METRIC_USELESS].median));
    series->idle_known = false;
    assert_false(map_compose(&map->settings, series, 0.01, &point));
    series->idle_known = true;
    series->count = 0;
    assert_false(map_compose(&map->settings, series, 0.01, &point));
    free(map);
}

/* ---- theory ------------------------------------------------------------------------------ */

/* Figures that follow the model's form are met by it, and so is their flip. */
static void test_theory(void **state)
{
    struct map *map = new_map();
    struct map_theory_flip flips[MAP_RATES_LIMIT];
    const struct map_series *series = &map->series[0];
    (void)state;
    map_theorize(map);
    for (unsigned i = 0; i < series->count; i++)
        assert_near(series->points[i].model[COST_SHORT_POLL][METRIC_CPU],
                    series->points[i].figures[COST_SHORT_POLL][METRIC_CPU].median, 0.1);
    unsigned count = map_theory_flips(map, series, MAP_CPU, flips);
    assert_true(count >= 1);
    assert_true(flips[count - 1].to & POLL);
    assert_near(flips[count - 1].rate, 35.0 / 9, 0.2);
    free(map);
}

/* ---- the document ------------------------------------------------------------------------ */

static cJSON *document_of(struct map *map)
{
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "command", "map");
    map_theorize(map);
    map_write(map, document);
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    document = cJSON_Parse(text);
    assert_non_null(document);
    free(text);
    return document;
}

static void test_there_and_back(void **state)
{
    struct map *map = new_map(), *again = calloc(1, sizeof(*again));
    cJSON *document = document_of(map);
    const char *wrong = NULL;
    (void)state;
    assert_non_null(again);
    map->series[1].complete = false;
    assert_true(map_read(document, again, &wrong));
    assert_null(wrong);
    assert_int_equal(again->count, map->count);
    assert_string_equal(again->settings.feed, "poisson");
    assert_int_equal(again->settings.interval_ms, 1000);
    assert_int_equal(again->settings.clients.values[1], 1000);
    for (unsigned i = 0; i < map->count; i++) {
        const struct map_series *one = &map->series[i], *other = &again->series[i];
        assert_int_equal(one->count, other->count);
        assert_true(other->idle_known && other->complete);
        assert_near(other->idle[COST_SSE][METRIC_CPU], 3, 0);
        assert_near(other->calm[COST_SSE][METRIC_CPU], 1, 0);
        for (unsigned j = 0; j < one->count; j++) {
            assert_near(other->points[j].rate, one->points[j].rate, 1e-12);
            assert_int_equal(other->points[j].repeat_count, REPEATS);
            assert_near(other->points[j].repeats[COST_SSE][0][2],
                        one->points[j].repeats[COST_SSE][0][2], 1e-12);
            assert_memory_equal(other->points[j].cheapest, one->points[j].cheapest,
                                sizeof(one->points[j].cheapest));
            assert_memory_equal(other->points[j].orders, one->points[j].orders,
                                sizeof(one->points[j].orders));
        }
    }
    cJSON_Delete(document);
    free(again);
    free(map);
}

static void test_foreign_documents(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"command\":\"compare\"}",
        "{\"command\":\"map\"}",
        "{\"command\":\"map\",\"settings\":{\"feed\":\"poisson\",\"clients\":[0]}}",
    };
    struct map *map = calloc(1, sizeof(*map));
    (void)state;
    assert_non_null(map);
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cJSON *document = cJSON_Parse(texts[i]);
        const char *wrong = NULL;
        assert_false(map_read(document, map, &wrong));
        assert_non_null(wrong);
        cJSON_Delete(document);
    }
    free(map);
}

/* Whatever setting is missing or absurd, it is refused; points that are none are passed over.
 */
static void test_spoilt_documents(void **state)
{
    struct map *map = new_map(), *again = calloc(1, sizeof(*again));
    cJSON *document = document_of(map), *settings, *setting;
    const char *wrong = NULL;
    (void)state;
    assert_non_null(again);
    settings = cJSON_GetObjectItemCaseSensitive(document, "settings");
    cJSON_ArrayForEach(setting, settings)
    {
        cJSON *copy = cJSON_Duplicate(document, true);
        cJSON_DeleteItemFromObjectCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(copy, "settings"), setting->string);
        assert_false(map_read(copy, again, &wrong));
        cJSON_Delete(copy);
    }
    cJSON *most = cJSON_GetObjectItemCaseSensitive(settings, "rate_most");
    cJSON *few = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(settings, "clients"), 0);
    double most_before = most->valuedouble, few_before = few->valuedouble;
    most->valuedouble = INFINITY;
    assert_false(map_read(document, again, &wrong));
    most->valuedouble = most_before;
    few->valuedouble = 1e30;
    assert_false(map_read(document, again, &wrong));
    few->valuedouble = few_before;
    cJSON *points = cJSON_GetObjectItemCaseSensitive(document, "points");
    cJSON_AddItemToArray(points, cJSON_CreateNumber(3));
    cJSON_AddItemToArray(points, cJSON_CreateObject());
    assert_true(map_read(document, again, &wrong));
    assert_int_equal(again->series[0].count, map->series[0].count);
    cJSON_Delete(document);
    free(again);
    free(map);
}

/* ---- for spreadsheets -------------------------------------------------------------------- */

static unsigned fields_of(const char *line)
{
    unsigned count = 1;
    for (; *line && *line != '\n'; line++)
        count += *line == ',';
    return count;
}

static void test_csv(void **state)
{
    struct map *map = new_map();
    cJSON *document = document_of(map);
    struct builder csv = {0};
    (void)state;
    map_csv(document, &csv);
    char *text = drawing_text(&csv);
    assert_non_null(text);
    assert_int_equal(count_of(text, "\n"),
                     1 + COST_TRANSPORTS * (map->series[0].count + map->series[1].count));
    assert_non_null(strstr(text, "clients,rate,composed,transport,cheapest_cpu,"));
    assert_non_null(strstr(text, "\n10,1,0,sse,1,1,1,1,"));
    assert_null(strstr(text, "nan"));
    unsigned wanted = fields_of(text);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += line > text;
        if (!*line)
            break;
        assert_int_equal(fields_of(line), wanted);
    }
    free(text);
    cJSON_Delete(document);
    free(map);
}

/* ---- the drawing ------------------------------------------------------------------------- */

/* To be freed. */
static char *draw(const cJSON *document, enum language language)
{
    struct builder svg = {0};
    map_svg(document, language, &svg);
    char *text = drawing_text(&svg);
    assert_non_null(text);
    return text;
}

static void test_drawing(void **state)
{
    struct map *map = new_map();
    cJSON *document = document_of(map);
    (void)state;
    char *english = draw(document, ENGLISH), *again = draw(document, ENGLISH);
    char *chinese = draw(document, CHINESE);
    assert_string_equal(english, again);
    assert_non_null(strstr(english, ">Server CPU<"));
    assert_non_null(strstr(english, "within 100 ms<"));
    assert_non_null(strstr(chinese, "长轮询"));
    assert_null(strstr(chinese, "long poll"));
    assert_int_equal(count_of(english, "<circle"), count_of(chinese, "<circle"));
    assert_int_equal(count_of(english, "<g"), count_of(english, "</g>"));
    assert_int_equal(count_of(english, "<text"), count_of(english, "</text>"));
    assert_int_equal(count_of(english, "<svg"), count_of(english, "</svg>"));
    assert_null(strstr(english, "nan"));
    assert_null(strstr(english, "inf"));
    free(english);
    free(again);
    free(chinese);
    cJSON_Delete(document);
    free(map);
}

static void test_what_is_no_map_is_an_empty_drawing(void **state)
{
    static const char *const texts[] = {"{}", "[1]", "{\"points\":[]}",
                                        "{\"points\":[{}],\"series\":[{\"clients\":3}]}"};
    (void)state;
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cJSON *document = cJSON_Parse(texts[i]);
        char *svg = draw(document, CHINESE);
        assert_int_equal(count_of(svg, "<svg"), count_of(svg, "</svg>"));
        assert_null(strstr(svg, "nan"));
        free(svg);
        cJSON_Delete(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coarse),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_refinement),
        cmocka_unit_test(test_crossings),
        cmocka_unit_test(test_points_stand_by_their_rates),
        cmocka_unit_test(test_the_cheapest),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_ties_by_repeats),
        cmocka_unit_test(test_unknown_figures),
        cmocka_unit_test(test_composed),
        cmocka_unit_test(test_theory),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_foreign_documents),
        cmocka_unit_test(test_spoilt_documents),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_drawing),
        cmocka_unit_test(test_what_is_no_map_is_an_empty_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
