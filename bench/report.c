/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "command.h"
#include "machine.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 32, BAR_WIDTH = 20 };

void report_init(struct report *report, const char *command, const char *title)
{
    *report = (struct report){.title = title, .document = cJSON_CreateObject()};
    cJSON_AddStringToObject(report->document, "command", command);
    cJSON_AddStringToObject(report->document, "version", PUSHLAB_VERSION);
    machine_describe(report->document);
    report->rows = cJSON_AddArrayToObject(report->document, "rows");
    report->notes = cJSON_AddArrayToObject(report->document, "notes");
}

void report_finish(struct report *report)
{
    cJSON_Delete(report->document);
    report->document = NULL;
}

void report_column(struct report *report, const char *key, const char *heading, int decimals)
{
    report->columns[report->column_count++] = (struct report_column){key, heading, decimals};
}

void report_bar_column(struct report *report, const char *key, const char *heading)
{
    report_column(report, key, heading, REPORT_BAR);
}

void report_row(struct report *report)
{
    report->row = cJSON_CreateObject();
    cJSON_AddItemToArray(report->rows, report->row);
}

void report_text(struct report *report, const char *key, const char *value)
{
    cJSON_AddStringToObject(report->row, key, value);
}

void report_number(struct report *report, const char *key, double value)
{
    if (isnan(value))
        report_nothing(report, key);
    else
        cJSON_AddNumberToObject(report->row, key, value);
}

void report_bool(struct report *report, const char *key, bool value)
{
    cJSON_AddBoolToObject(report->row, key, value);
}

void report_nothing(struct report *report, const char *key)
{
    cJSON_AddNullToObject(report->row, key);
}

enum { NOTE_LIMIT = 512 };

void report_note(struct report *report, const char *format, ...)
{
    char text[NOTE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    cJSON_AddItemToArray(report->notes, cJSON_CreateString(text));
}

void report_broken(struct report *report, const char *format, ...)
{
    char text[NOTE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    report_note(report, "%s", text);
    report->broken = true;
}

/* ---- the table --------------------------------------------------------------------------- */

static unsigned bar_len(const struct report *report, const char *key, double value)
{
    double least = value, largest = value;
    const cJSON *row;
    cJSON_ArrayForEach(row, report->rows)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(row, key);
        if (!cJSON_IsNumber(other) || other->valuedouble <= 0)
            continue;
        least = fmin(least, other->valuedouble);
        largest = fmax(largest, other->valuedouble);
    }
    if (value <= 0 || largest <= least)
        return 1;
    return 1 + (unsigned)lround((BAR_WIDTH - 1) * log(value / least) / log(largest / least));
}

static int decimals_of(const struct report_column *column, double value)
{
    if (column->decimals != REPORT_DIGITS)
        return column->decimals;
    if (value == 0)
        return 0;
    return fabs(value) < 10 ? 2 : fabs(value) < 100;
}

static void cell(const struct report *report, const cJSON *row,
                 const struct report_column *column, char ret[CELL_SIZE])
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, column->key);
    if (cJSON_IsString(value)) {
        snprintf(ret, CELL_SIZE, "%s", value->valuestring);
    } else if (cJSON_IsNumber(value) && column->decimals == REPORT_BAR) {
        unsigned len = bar_len(report, column->key, value->valuedouble);
        memset(ret, '#', len);
        ret[len] = '\0';
    } else if (cJSON_IsNumber(value)) {
        snprintf(ret, CELL_SIZE, "%.*f", decimals_of(column, value->valuedouble),
                 value->valuedouble);
    } else if (cJSON_IsBool(value)) {
        snprintf(ret, CELL_SIZE, "%s", cJSON_IsTrue(value) ? "yes" : "no");
    } else {
        snprintf(ret, CELL_SIZE, "-");
    }
}

static int width_of(const struct report *report, const struct report_column *column)
{
    size_t width = strlen(column->heading);
    const cJSON *row;
    cJSON_ArrayForEach(row, report->rows)
    {
        char text[CELL_SIZE];
        cell(report, row, column, text);
        if (strlen(text) > width)
            width = strlen(text);
    }
    return (int)width;
}

/* Texts stand left, figures right. */
static void print_cell(const char *text, int width, bool figure)
{
    printf("%*s  ", figure ? width : -width, text);
}

static void print_table(const struct report *report)
{
    bool figures[REPORT_COLUMNS_LIMIT];
    int widths[REPORT_COLUMNS_LIMIT];
    const cJSON *row;
    for (unsigned i = 0; i < report->column_count; i++) {
        const cJSON *first = cJSON_GetObjectItemCaseSensitive(
            cJSON_GetArrayItem(report->rows, 0), report->columns[i].key);
        figures[i] = !cJSON_IsString(first) && report->columns[i].decimals != REPORT_BAR;
        widths[i] = width_of(report, &report->columns[i]);
        print_cell(report->columns[i].heading, widths[i], figures[i]);
    }
    putchar('\n');
    cJSON_ArrayForEach(row, report->rows)
    {
        for (unsigned i = 0; i < report->column_count; i++) {
            char text[CELL_SIZE];
            cell(report, row, &report->columns[i], text);
            print_cell(text, widths[i], figures[i]);
        }
        putchar('\n');
    }
    putchar('\n');
}

/* Headings over nothing would look like a result. */
static void print_text(const struct report *report)
{
    const cJSON *note;
    printf("%s\n\n", report->title);
    if (cJSON_GetArraySize(report->rows) > 0)
        print_table(report);
    cJSON_ArrayForEach(note, report->notes) printf("%s\n", note->valuestring);
}

int report_print(struct report *report, const char *json)
{
    bool to_stdout = json && strcmp(json, "-") == 0;
    int status = report->broken ? EXIT_BROKEN : EXIT_HELD;
    cJSON_AddBoolToObject(report->document, "held", !report->broken);
    if (!to_stdout)
        print_text(report);
    if (!json)
        return status;
    FILE *file = to_stdout ? stdout : fopen(json, "we");
    char *text = cJSON_Print(report->document);
    bool good = file && text && fprintf(file, "%s\n", text) >= 0;
    if (file) /* what is still in the buffer may not fit any more */
        good = (to_stdout ? fflush(file) : fclose(file)) == 0 && good;
    if (!good) {
        fprintf(stderr, "pushbench: --json=%s: %s\n", json, strerror(errno));
        status = EXIT_BROKEN;
    }
    free(text);
    return status;
}
