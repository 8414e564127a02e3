/* SPDX-License-Identifier: MIT */
#include "report_page.h"

#include "report_csv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool complain(const char *path, const char *why)
{
    fprintf(stderr, "pushbench: %s: %s\n", path, why);
    return false;
}

/* "-" is standard output. */
static bool write_file(const char *path, const struct builder *text)
{
    bool to_stdout = strcmp(path, "-") == 0;
    struct slice slice = builder_slice(text);
    if (text->failed)
        return complain(path, "out of memory");
    FILE *file = to_stdout ? stdout : fopen(path, "we");
    bool good = file && fwrite(slice.at, 1, slice.len, file) == slice.len;
    if (file)
        good = (to_stdout ? fflush(file) : fclose(file)) == 0 && good;
    return good || complain(path, strerror(errno));
}

void report_path_beside(const char *path, const char *ending, struct builder *out)
{
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    bool ends = dot && dot != path && (!slash || dot > slash + 1);
    builder_add(out, path, ends ? (size_t)(dot - path) : strlen(path));
    builder_add_text(out, ending);
    builder_add(out, "", 1);
}

/* Ends with the writing: text is finished. */
static bool write_beside(const char *path, const char *ending, struct builder *text)
{
    struct builder beside = {0};
    report_path_beside(path, ending, &beside);
    bool good = beside.failed ? complain(path, "out of memory")
                              : write_file(builder_slice(&beside).at, text);
    builder_finish(&beside);
    builder_finish(text);
    return good;
}

bool report_page_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct builder folder = {0};
    builder_add(&folder, slash ? path : "./", slash ? (size_t)(slash - path) + 1 : 2);
    builder_add(&folder, "", 1);
    bool good = !folder.failed && access(builder_slice(&folder).at, W_OK) == 0;
    builder_finish(&folder);
    return good || complain(path, strerror(errno));
}

bool report_page_write_alone(const cJSON *document, const char *path)
{
    struct builder page = {0};
    bool good =
        report_page(document, &page)
            ? write_file(path, &page)
            : complain(path, "there are no figures of `pushbench compare`, `map` or `compat`");
    builder_finish(&page);
    return good;
}

static bool write_json(const cJSON *document, const char *path)
{
    struct builder json = {0};
    char *text = cJSON_Print(document);
    json.failed = !text;
    builder_add_text(&json, text ? text : "");
    builder_add_text(&json, "\n");
    cJSON_free(text);
    return write_beside(path, ".json", &json);
}

bool report_page_write(const cJSON *document, const char *path)
{
    struct view view;
    struct builder csv = {0};
    bool figures = view_init(&view, document);
    bool good = report_page_write_alone(document, path) && write_json(document, path);
    if (figures) {
        report_csv(&view, &csv);
        good = write_beside(path, ".csv", &csv) && good;
    }
    fflush(stdout); /* the table comes first */
    if (good)
        fprintf(stderr, "pushbench: the report is in %s; its data beside it as JSON%s\n", path,
                figures ? " and CSV" : "");
    return good;
}
