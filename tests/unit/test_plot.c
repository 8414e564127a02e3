/* SPDX-License-Identifier: MIT
 *
 * The bench's drawings: where ticks stand, what is left out, and that no label breaks the SVG.
 */
#include "../../bench/plot.h"

#include "drawing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- ticks ------------------------------------------------------------------------------- */

static void assert_ticks(bool log, double least, double largest, const char *wanted)
{
    double ticks[PLOT_TICKS_LIMIT];
    struct builder text = {0};
    unsigned count = plot_ticks(log, &least, &largest, ticks);
    for (unsigned i = 0; i < count; i++)
        builder_format(&text, "%s%g", i ? " " : "", ticks[i]);
    builder_add(&text, "", 1);
    assert_string_equal(builder_slice(&text).at, wanted);
    assert_true(least == ticks[0] && largest == ticks[count - 1]);
    builder_finish(&text);
}

static void test_linear_ticks(void **state)
{
    (void)state;
    assert_ticks(false, 0, 10, "0 2 4 6 8 10");
    assert_ticks(false, 3, 287, "0 50 100 150 200 250 300");
    assert_ticks(false, -0.02, 0.05, "-0.02 0 0.02 0.04 0.06");
    assert_ticks(false, 7, 7, "6 8 10 12 14");
    assert_ticks(false, 0, 0, "0 0.2 0.4 0.6 0.8 1");
}

static void test_log_ticks(void **state)
{
    (void)state;
    assert_ticks(true, 10, 19000, "10 20 50 100 200 500 1000 2000 5000 10000 20000");
    assert_ticks(true, 0.3, 1, "0.2 0.5 1");
    assert_ticks(true, 1, 1000, "1 2 5 10 20 50 100 200 500 1000");
    assert_ticks(true, 5, 5, "5 10");
    assert_ticks(true, 30, 4e6, "10 100 1000 10000 100000 1e+06 1e+07");
}

/* Whatever comes, there are two at least, and not too many. */
static void test_ticks_of_any_range(void **state)
{
    static const double edges[] = {1e-300, 1e-9, 0.1, 0.99999, 1, 1.5, 7, 1e5, 1e9, 1e300};
    enum { EDGES = sizeof(edges) / sizeof(edges[0]) };
    (void)state;
    for (unsigned i = 0; i < 2 * EDGES * EDGES; i++) {
        double least = edges[i / 2 / EDGES], largest = edges[i / 2 % EDGES];
        double ticks[PLOT_TICKS_LIMIT];
        if (largest < least)
            continue;
        unsigned count = plot_ticks(i % 2, &least, &largest, ticks);
        assert_in_range(count, 2, PLOT_TICKS_LIMIT);
        for (unsigned j = 1; j < count; j++)
            assert_true(ticks[j] > ticks[j - 1]);
    }
}

/* ---- drawings ---------------------------------------------------------------------------- */

static struct plot *new_plot(bool log)
{
    struct plot *plot = calloc(1, sizeof(*plot));
    assert_non_null(plot);
    plot->title = "cost & <delay>";
    plot->x = (struct plot_axis){"N", log};
    plot->y = (struct plot_axis){"\"us\"", log};
    return plot;
}

/* As text, to be freed. */
static char *render(const struct plot *plot)
{
    struct builder svg = {0};
    const struct plot *const plots[] = {plot, plot};
    plot_render("head", plots, 2, &svg);
    char *text = drawing_text(&svg);
    assert_non_null(text);
    return text;
}

static void test_texts_are_escaped(void **state)
{
    struct plot *plot = new_plot(false);
    (void)state;
    plot_add_point(plot_find_series(plot, "a<b", 0, 0), 1, 2, "p & q");
    char *svg = render(plot);
    assert_int_equal(count_of(svg, "cost &amp; &lt;delay&gt;"), 2);
    assert_int_equal(count_of(svg, "&quot;us&quot;"), 2);
    assert_int_equal(count_of(svg, ">a&lt;b<"), 2);
    assert_int_equal(count_of(svg, ">p &amp; q<"), 2);
    assert_int_equal(count_of(svg, "<svg "), 1);
    assert_int_equal(count_of(svg, "</svg>"), 1);
    assert_int_equal(count_of(svg, "<g"), count_of(svg, "</g>"));
    assert_int_equal(count_of(svg, "<text"), count_of(svg, "</text>"));
    free(svg);
    free(plot);
}

static void test_what_cannot_be_shown_is_left_out(void **state)
{
    struct plot *plot = new_plot(true);
    struct plot_series *series = plot_find_series(plot, "one", 1, 1);
    (void)state;
    plot_add_point(series, 10, NAN, NULL);
    plot_add_point(series, INFINITY, 1, NULL);
    assert_int_equal(series->point_count, 0);
    plot_add_point(series, 10, 0, NULL); /* nowhere on a logarithmic axis */
    plot_add_point(series, 10, 5, NULL);
    plot_add_point(series, 100, 50, NULL);
    char *svg = render(plot);
    assert_int_equal(count_of(svg, "<circle"), 2 * 2);
    assert_null(strstr(svg, "nan"));
    assert_null(strstr(svg, "inf"));
    free(svg);
    free(plot);
}

static void test_an_empty_plot_is_a_drawing(void **state)
{
    struct plot *plot = new_plot(true);
    (void)state;
    char *svg = render(plot);
    assert_non_null(strstr(svg, "</svg>"));
    assert_null(strstr(svg, "nan"));
    free(svg);
    free(plot);
}

static void test_limits(void **state)
{
    struct plot *plot = new_plot(false);
    char label[16];
    (void)state;
    for (unsigned i = 0; i < PLOT_SERIES_LIMIT; i++) {
        snprintf(label, sizeof(label), "s%u", i);
        assert_non_null(plot_find_series(plot, label, i, i));
    }
    assert_null(plot_find_series(plot, "one more", 0, 0));
    struct plot_series *first = plot_find_series(plot, "s0", 9, 9);
    assert_ptr_equal(first, &plot->series[0]);
    for (unsigned i = 0; i < 2 * PLOT_POINTS_LIMIT; i++)
        plot_add_point(first, i, 1000000.0 * i, NULL);
    assert_int_equal(first->point_count, PLOT_POINTS_LIMIT);
    char *svg = render(plot), *again = render(plot);
    assert_string_equal(svg, again);
    assert_non_null(strstr(svg, ">20,000,000<"));
    free(svg);
    free(again);
    free(plot);
}

static void test_rows_become_series(void **state)
{
    struct plot *plot = new_plot(false);
    struct report report;
    (void)state;
    report_init(&report, "test", "test");
    for (unsigned i = 0; i < 6; i++) {
        report_row(&report);
        report_text(&report, "transport", i < 3 ? "sse" : "websocket");
        report_text(&report, "server", i % 3 == 2 ? "bare" : "pushlab");
        report_number(&report, "n", i);
        report_number(&report, "cost", i == 0 ? (double)NAN : 2.0 * i);
    }
    plot_add_rows(plot, &report, "n", "cost");
    assert_int_equal(plot->series_count, 4);
    assert_string_equal(plot->series[0].label, "sse, pushlab");
    assert_int_equal(plot->series[0].point_count, 1);
    assert_int_equal(plot->series[1].dash, 1);
    assert_string_equal(plot->series[2].label, "websocket, pushlab");
    assert_int_equal(plot->series[2].colour, 1);
    assert_int_equal(plot->series[2].point_count, 2);
    assert_true(plot->series[2].points[1].y == 8);
    report_finish(&report);
    free(plot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear_ticks),
        cmocka_unit_test(test_log_ticks),
        cmocka_unit_test(test_ticks_of_any_range),
        cmocka_unit_test(test_texts_are_escaped),
        cmocka_unit_test(test_what_cannot_be_shown_is_left_out),
        cmocka_unit_test(test_an_empty_plot_is_a_drawing),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rows_become_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
