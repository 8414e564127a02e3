/* SPDX-License-Identifier: MIT
 *
 * --help: the option table for people, in 80 columns.
 */
#include "options_table.h"

#include <string.h>

enum { WIDTH = 80, TEXT_COLUMN = 27 };

/* Prints words, from column on, each further line indented to TEXT_COLUMN. */
static void print_wrapped(FILE *out, const char *text, unsigned column)
{
    while (*text) {
        size_t len = strcspn(text, " ");
        if (column > TEXT_COLUMN && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        }
        if (column > TEXT_COLUMN) {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, len, out);
        column += (unsigned)len;
        text += len + strspn(text + len, " ");
    }
    fputc('\n', out);
}

static void print_entry(FILE *out, const struct option_entry *entry)
{
    int column = fprintf(out, "  --%s%s%s", entry->name, entry->argument ? " " : "",
                         entry->argument ? entry->argument : "");
    if (column + 2 > TEXT_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - column, "");
    char text[400];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", entry->help);
    bool list = option_is_list(entry->kind);
    const char *standard = entry->argument && entry->standard ? entry->standard : "";
    if (list || *standard)
        snprintf(text + len, sizeof(text) - len, " (%s%s%s%s)", list ? "repeatable" : "",
                 list && *standard ? "; " : "", *standard ? "default: " : "", standard);
    print_wrapped(out, text, TEXT_COLUMN);
}

void options_print_help(FILE *out)
{
    const char *group = NULL;
    fputs("Usage: pushlab [OPTION]...\n"
          "Serves the same feeds over short poll, long poll, SSE and WebSocket.\n",
          out);
    for (const struct option_entry *entry = option_table; entry->name; entry++) {
        if (entry->group != group)
            fprintf(out, "\n%s:\n", entry->group);
        group = entry->group;
        print_entry(out, entry);
    }
    fputs("\nSizes are bytes, or 64k, 16M, 1G. Names may be cut short while they stay clear.\n"
          "\nExamples:\n"
          "  pushlab\n"
          "      the lab at http://localhost:8765/\n"
          "  pushlab --listen 0.0.0.0:8765 --publish-token token.txt\n"
          "      for a whole class; only who has the token publishes\n"
          "  pushlab --feed clock=10 --heartbeat 2s --history 100,1m,1M\n"
          "      a fast clock, quick heartbeats, a short memory\n"
          "  curl -d hello http://localhost:8765/publish/greetings\n"
          "      publishes; curl -N http://localhost:8765/sse/greetings reads\n",
          out);
}
