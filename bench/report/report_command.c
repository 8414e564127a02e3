/* SPDX-License-Identifier: MIT
 *
 * pushbench report: the page of a run that has ended, from the JSON it left.
 */
#include "../arguments.h"
#include "../command.h"
#include "../document.h"
#include "report_page.h"

#include <stdio.h>
#include <string.h>

/* Without --output: the same name, another ending. */
static void name_page(const char *path, struct builder *out)
{
    if (strcmp(path, "-") == 0)
        builder_add(out, "-", 2);
    else
        report_path_beside(path, ".html", out);
}

static int report_run(int argc, char **argv)
{
    const char *output = NULL;
    struct operand_list files = {.count = 0};
    const struct argument arguments[] = {
        {"output", 'o', ARGUMENT_TEXT, &output, "FILE",
         "where to write the page; - is standard output (default: beside FILE.json)", 0, 0},
        {"file", 0, ARGUMENT_OPERANDS, &files, "FILE.json", "", 1, 1},
        {0},
    };
    int status = arguments_read(argc, argv, report_command.summary, arguments);
    if (status >= 0)
        return status;
    if (files.count == 0) {
        fputs("pushbench report: which file? pushbench report FILE.json -o FILE.html\n",
              stderr);
        return EXIT_USAGE;
    }
    struct builder page = {0};
    cJSON *document = document_read(files.values[0]);
    if (output)
        builder_add(&page, output, strlen(output) + 1);
    else
        name_page(files.values[0], &page);
    bool good =
        document && !page.failed && report_page_write_alone(document, builder_slice(&page).at);
    builder_finish(&page);
    cJSON_Delete(document);
    return good ? EXIT_HELD : EXIT_BROKEN;
}

const struct command report_command = {
    .name = "report",
    .summary = "Makes the HTML page of a compare, map or compat that has ended, from its JSON.",
    .run = report_run,
};
