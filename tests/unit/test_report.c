/* SPDX-License-Identifier: MIT
 *
 * The report's page: nothing that a file says gets out of its place, every word is there in
 * both languages, and files that are not as they should be do no harm.
 */
#include "../../bench/compare/compare.h"
#include "../../bench/report/report_csv.h"
#include "../../bench/report/report_page.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As a string, to be freed. */
static char *taken(struct builder *out)
{
    builder_add(out, "", 1);
    assert_false(out->failed);
    char *text = strdup(builder_slice(out).at);
    assert_non_null(text);
    builder_finish(out);
    return text;
}

static unsigned count_of(const char *text, const char *wanted)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, wanted)); at++)
        count++;
    return count;
}

/* ---- pieces ------------------------------------------------------------------------------ */

static void test_texts_are_escaped(void **state)
{
    struct builder out = {0};
    (void)state;
    html_text(&out, "<a href=\"x\">&amp;</a>'");
    char *text = taken(&out);
    assert_string_equal(text, "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;'");
    free(text);
}

static void test_words_take_arguments(void **state)
{
    static const struct words words = {{"{2} < {1}{3}", "{1}、{2}，{x}{10}"}};
    const char *const arguments[] = {"<b>", "{1}", NULL};
    struct builder out = {0};
    (void)state;
    html_words(&out, "p class=\"lead\"", &words, arguments);
    char *text = taken(&out);
    assert_string_equal(text, "<p class=\"lead\" lang=\"en\">{1} &lt; &lt;b&gt;</p>"
                              "<p class=\"lead\" lang=\"zh-CN\">&lt;b&gt;、{1}，{x}{10}</p>");
    free(text);
    html_words(&out, "b", &words, NULL);
    text = taken(&out);
    assert_string_equal(text, "<b lang=\"en\"> &lt; </b><b lang=\"zh-CN\">、，{x}{10}</b>");
    free(text);
}

static void test_numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {0.5, "0.50"},
                 {0.0123, "0.012"},
                 {9.994, "9.99"},
                 {9.996, "10.0"},
                 {99.94, "99.9"},
                 {99.96, "100"},
                 {999.6, "1,000"},
                 {1234, "1,234"},
                 {-12345, "-12,345"},
                 {-0.25, "-0.25"},
                 {123456789, "123,456,789"},
                 {(double)INFINITY, "-"},
                 {(double)NAN, "-"}};
    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[HTML_NUMBER_SIZE];
        html_number(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_no_script_is_ended(void **state)
{
    struct builder out = {0};
    (void)state;
    html_json(&out, "[\"</script><!--\", 1]");
    char *text = taken(&out);
    assert_string_equal(text, "[\"\\u003c/script>\\u003c!--\", 1]");
    free(text);
}

static void test_a_path_beside(void **state)
{
    static const char *const cases[][2] = {{"bench.html", "bench.csv"},
                                           {"a.b/bench", "a.b/bench.csv"},
                                           {"a/.hidden", "a/.hidden.csv"},
                                           {"a.b/c.d.html", "a.b/c.d.csv"}};
    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct builder out = {0};
        report_path_beside(cases[i][0], ".csv", &out);
        assert_string_equal(builder_slice(&out).at, cases[i][1]);
        builder_finish(&out);
    }
}

/* ---- words ------------------------------------------------------------------------------- */

/* Something is said in each language, with the same figures in it. */
static void assert_said(const struct words *words)
{
    for (enum language language = 0; language < LANGUAGES; language++)
        assert_true(words->in[language] && *words->in[language]);
    for (const char *digit = "123456789"; *digit; digit++) {
        const char place[] = {'{', *digit, '}', '\0'};
        assert_int_equal(count_of(words->in[ENGLISH], place),
                         count_of(words->in[CHINESE], place));
    }
}

static bool has_topic(const char *id)
{
    for (const struct topic_words *topic = report_topics; topic->id; topic++)
        if (strcmp(topic->id, id) == 0)
            return true;
    return false;
}

static void test_everything_is_said_in_each_language(void **state)
{
    (void)state;
    for (unsigned i = 0; i < REPORT_STRINGS; i++)
        assert_said(&report_strings[i]);
    for (const struct topic_words *topic = report_topics; topic->id; topic++) {
        assert_said(&topic->title);
        assert_said(&topic->made);
        assert_said(&topic->lies);
    }
    for (const struct setting_words *setting = report_settings; setting->key; setting++)
        assert_said(&setting->title);
    for (unsigned i = 0; client_kinds[i]; i++)
        assert_said(&report_lane_words(client_kinds[i]->name)->title);
}

static void test_every_figure_is_explained(void **state)
{
    (void)state;
    for (enum metric metric = 0; metric < METRICS; metric++) {
        const struct metric_words *words = report_metric_words(metric_infos[metric].key);
        assert_non_null(words);
        assert_said(&words->title);
        assert_true(has_topic(words->topic));
    }
    assert_true(has_topic("model"));
}

/* ---- a document -------------------------------------------------------------------------- */

static const char sound[] =
    "{\"command\":\"compare\",\"feed\":\"poisson\",\"rate\":2,\"interval_ms\":500,\"clients\":"
    "3,"
    "\"payload_bytes\":100,\"heartbeat_s\":2,\"rtt_ms\":0,\"held\":true,"
    "\"command_line\":\"pushbench compare --transport '</code><script>'\","
    "\"delay_shares\":[0.5,1],\"machine\":{\"processors\":2,\"load_before\":7},"
    "\"transports\":["
    "{\"name\":\"short_poll\",\"delay_ms\":[250,500],\"delivered\":9,"
    " \"figures\":{\"requests\":{\"min\":0.9,\"median\":1,\"max\":1.25},"
    "              \"useless_percent\":{\"min\":36,\"median\":36,\"max\":36}}},"
    "{\"name\":\"websocket\",\"delay_ms\":[1,2],\"figures\":{\"requests\":{\"min\":0,"
    " \"median\":0,\"max\":0},\"useless_percent\":{\"min\":0,\"median\":0,\"max\":0}}},"
    "{\"name\":\"<script>\",\"delay_ms\":[1,null],\"figures\":{}}],"
    "\"crossings\":[{\"metric\":\"requests\",\"short_poll\":\"short_poll\","
    " \"other\":\"websocket\",\"messages_per_poll\":null}],"
    "\"rows\":["
    "{\"metric\":\"requests\",\"of\":\"measured\",\"label\":\"requests\","
    " \"order\":\"websocket < short_poll\",\"verdict_close\":\"-\","
    " \"verdict_kept\":\"only below 1.5/poll\"},"
    "{\"metric\":\"requests\",\"of\":\"model\",\"short_poll\":1,\"websocket\":0},"
    "{\"metric\":\"useless_percent\",\"of\":\"measured\",\"label\":\"useless\","
    " \"order\":\"websocket = <script> < short_poll\",\"verdict_kept\":\"new & unheard of\"},"
    "{\"metric\":\"odd, \\\"new\\\"\",\"of\":\"measured\",\"label\":\"<new>\"}],"
    "\"notes\":[\"a < b\",7]}";

static cJSON *parsed(const char *text)
{
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    return document;
}

static char *page_of(const cJSON *document)
{
    struct builder out = {0};
    assert_true(report_page(document, &out));
    return taken(&out);
}

static void test_a_document_is_read(void **state)
{
    struct view view;
    cJSON *document = parsed(sound);
    (void)state;
    assert_true(view_init(&view, document));
    assert_int_equal(view.lane_count, 3);
    assert_int_equal(view.metric_count, 3);
    assert_true(view.per_poll == 1);
    const struct view_metric *requests = view_metric(&view, "requests");
    assert_true(requests->figures[0].max == 1.25 && requests->model[0] == 1);
    assert_true(isnan(requests->figures[2].median) && isnan(requests->model[2]));
    assert_true(isnan(view.lanes[2].delays_ms[0])); /* not told */

    const char *order = requests->order;
    unsigned lane;
    bool tie;
    assert_true(view_next_in_order(&view, &order, &lane, &tie));
    assert_true(lane == 1 && !tie);
    assert_true(view_next_in_order(&view, &order, &lane, &tie));
    assert_true(lane == 0 && !tie);
    assert_false(view_next_in_order(&view, &order, &lane, &tie));
    cJSON_Delete(document);
}

static void test_csv(void **state)
{
    struct view view;
    struct builder out = {0};
    cJSON *document = parsed(sound);
    (void)state;
    assert_true(view_init(&view, document));
    report_csv(&view, &out);
    char *text = taken(&out);
    assert_non_null(strstr(text, "metric,unit,transport,median,least,most,model\n"
                                 "requests,,short_poll,1,0.9,1.25,1\n"
                                 "requests,,websocket,0,0,0,0\n"
                                 "requests,,<script>,,,,\n"
                                 "useless_percent,%,short_poll,36,36,36,\n"));
    assert_non_null(strstr(text, "\n\"odd, \"\"new\"\"\",,websocket,,,,\n"));
    assert_int_equal(count_of(text, "\n"), 1 + 3 * 3);
    free(text);
    cJSON_Delete(document);
}

static void test_the_page_holds_together(void **state)
{
    static const char *const tags[] = {"table", "tr", "td", "svg",  "g",    "figure", "section",
                                       "dl",    "p",  "a",  "span", "text", "div"};
    cJSON *document = parsed(sound);
    (void)state;
    char *page = page_of(document), *again = page_of(document);
    assert_string_equal(page, again);
    for (unsigned i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        char open[16], bare[16], close[16];
        snprintf(open, sizeof(open), "<%s ", tags[i]);
        snprintf(bare, sizeof(bare), "<%s>", tags[i]);
        snprintf(close, sizeof(close), "</%s>", tags[i]);
        assert_int_equal(count_of(page, open) + count_of(page, bare), count_of(page, close));
    }
    /* Nothing that the file says has become a tag: the page's own scripts are two. */
    assert_int_equal(count_of(page, "<script"), 2);
    assert_int_equal(count_of(page, "</script>"), 2);
    assert_null(strstr(page, "<new>"));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    assert_non_null(strstr(page, "holds only below 1.5 messages a poll"));
    assert_non_null(strstr(page, "new &amp; unheard of"));
    assert_non_null(strstr(page, "7.00 programs wanted a processor"));
    free(page);
    free(again);
    cJSON_Delete(document);
}

static void test_a_map_has_a_page(void **state)
{
    static const char map[] = "{\"command\":\"map\",\"version\":\"<1>\",\"settings\":{\"feed\":"
                              "\"periodic\",\"seed\":7},"
                              "\"interrupted\":true,\"notes\":[\"5 < 6\"]}";
    cJSON *document = parsed(map);
    (void)state;
    char *page = page_of(document);
    assert_int_equal(count_of(page, "<img "), LANGUAGES);
    assert_non_null(strstr(page, "The run was cut short"));
    assert_non_null(strstr(page, "evenly spaced"));
    assert_non_null(strstr(page, "download=\"pushbench-map.json\""));
    assert_non_null(strstr(page, "&lt;1&gt;"));
    assert_non_null(strstr(page, "5 &lt; 6"));
    assert_non_null(strstr(page, "download=\"pushbench-map.csv\""));
    free(page);
    cJSON_Delete(document);
}

static void test_what_is_no_comparison(void **state)
{
    static const char *const others[] = {
        "{}",
        "[]",
        "7",
        "null",
        "{\"command\":\"idle\",\"rows\":[{\"metric\":\"bytes\"}]}",
        "{\"command\":\"compare\",\"rows\":7,\"transports\":{\"name\":\"sse\"}}"};
    struct view view;
    (void)state;
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct builder out = {0};
        cJSON *document = parsed(others[i]);
        assert_false(view_init(&view, document));
        assert_false(report_page(document, &out));
        assert_int_equal(builder_len(&out), 0);
        cJSON_Delete(document);
    }
}

/* Puts something else where the value of this number was. False: there are not so many. */
static bool mangle(cJSON *parent, unsigned *left, const char *instead)
{
    cJSON *child;
    cJSON_ArrayForEach(child, parent)
    {
        if ((*left)-- > 0) {
            if (mangle(child, left, instead))
                return true;
        } else if (cJSON_IsObject(parent)) {
            return cJSON_ReplaceItemInObjectCaseSensitive(parent, child->string,
                                                          parsed(instead));
        } else {
            return cJSON_ReplaceItemViaPointer(parent, child, parsed(instead));
        }
    }
    return false;
}

/* True as long as there was such a value. */
static bool survives(unsigned number, const char *instead)
{
    struct builder out = {0};
    cJSON *document = parsed(sound);
    bool mangled = mangle(document, &number, instead);
    report_page(document, &out);
    assert_false(out.failed);
    builder_finish(&out);
    cJSON_Delete(document);
    return mangled;
}

static void test_mangled_documents_do_no_harm(void **state)
{
    static const char *const instead[] = {"null", "-1e308", "1e308", "\"\"", "[null]", "{}"};
    (void)state;
    for (unsigned i = 0; i < sizeof(instead) / sizeof(instead[0]); i++) {
        unsigned number = 0;
        while (survives(number, instead[i]))
            number++;
        assert_in_range(number, 80, 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_escaped),
        cmocka_unit_test(test_words_take_arguments),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_script_is_ended),
        cmocka_unit_test(test_a_path_beside),
        cmocka_unit_test(test_everything_is_said_in_each_language),
        cmocka_unit_test(test_every_figure_is_explained),
        cmocka_unit_test(test_a_document_is_read),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_the_page_holds_together),
        cmocka_unit_test(test_a_map_has_a_page),
        cmocka_unit_test(test_what_is_no_comparison),
        cmocka_unit_test(test_mangled_documents_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
