/* SPDX-License-Identifier: MIT
 *
 * pushbench compat: which transport gets through what stands between clients and servers.
 */
#include "compat.h"
#include "../command.h"
#include "../report/report_page.h"
#include "compat_hold.h"
#include "product.h"

#include <stdio.h>
#include <string.h>

static int compat_run(int argc, char **argv)
{
    struct common_options common = {0};
    uint64_t silence_s = 330;
    struct operand_list tier = {.count = 0};
    const char *configurations = PUSHBENCH_MIDDLEBOXES, *folders = NULL, *page = NULL;
    if (argc > 1 && strcmp(argv[1], "hold") == 0)
        return compat_hold(argc - 1, argv + 1);
    const struct argument arguments[] = {
        {"middleboxes", 0, ARGUMENT_TEXT, &configurations, "FOLDER",
         "real: where the products' configurations lie", 0, 0},
        {"programs", 0, ARGUMENT_TEXT, &folders, "FOLDERS",
         "real: where the products lie, with colons between; default: $PATH and the sbin "
         "folders",
         0, 0},
        {"silence", 0, ARGUMENT_COUNT, &silence_s, "SECONDS", "soak: how long nothing is said",
         10, 3600},
        {"report", 0, ARGUMENT_TEXT, &page, "FILE.html",
         "also write a page with the matrix, its data beside it as .json", 0, 0},
        OWN_SERVER_ARGUMENTS(&common),
        {.name = "",
         .kind = ARGUMENT_OPERANDS,
         .value = &tier,
         .metavar = "[quick|real|soak|hold NAME]",
         .min = 0,
         .max = 1},
        {0},
    };
    int status = arguments_read(argc, argv, compat_command.summary, arguments);
    if (status >= 0)
        return status;
    const char *name = tier.count ? tier.values[0] : "quick";
    bool quick = strcmp(name, "quick") == 0, soak = strcmp(name, "soak") == 0;
    if (!quick && !soak && strcmp(name, "real") != 0) {
        fprintf(stderr,
                "pushbench compat: there is no '%s': quick takes faulty middleboxes made by "
                "pushrelay, real the products that are installed, soak these with minutes of "
                "silence, hold NAME holds one of them up\n",
                name);
        return EXIT_USAGE;
    }
    if (page && !report_page_writable(page))
        return EXIT_USAGE;
    struct report report;
    char room[4096], command[32];
    process_keep_going(); /* so that what was started is ended, and folders removed */
    snprintf(command, sizeof(command), "compat %s", name);
    report_init(&report, command, "Which transport gets through what stands in between");
    bool good = quick ? compat_quick(&common, &report)
                      : compat_real(&common, configurations,
                                    product_folders(folders, room, sizeof(room)),
                                    soak ? (unsigned)silence_s : 0, &report);
    if (process_interrupted()) {
        report_finish(&report);
        return EXIT_CUT_SHORT;
    }
    if (!good)
        report_broken(&report, "nothing was measured; see standard error");
    status = report_print(&report, common.json);
    if (good && page && !report_page_write(report.document, page))
        status = EXIT_BROKEN;
    report_finish(&report);
    return status;
}

const struct command compat_command = {
    .name = "compat",
    .summary = "Which transport gets through which middlebox: quick (own), real (installed), "
               "soak; hold.",
    .run = compat_run,
};
