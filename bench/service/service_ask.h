/* SPDX-License-Identifier: MIT
 *
 * Ask: what a page may have the service run, as JSON, turned into arguments of pushbench.
 * Nothing gets through that is not in a table here: numbers within their bounds, words of a
 * list. Pure.
 *
 *   /claims  {"only": [8], "lang": "zh", "quick": true}
 *   /advise  {"rate": 2, "clients": 100, "max_delay": 500, "direction": "both", …}
 */
#ifndef PUSHBENCH_SERVICE_ASK_H
#define PUSHBENCH_SERVICE_ASK_H

#include <stdbool.h>
#include <stddef.h>

enum { ASK_ARGUMENTS_LIMIT = 16, ASK_TEXT_SIZE = 512, ASK_ERROR_SIZE = 256 };

struct service_ask {
    /* The command first; ended by NULL. They point into text, or to constants. */
    const char *arguments[ASK_ARGUMENTS_LIMIT + 1];
    unsigned count;
    char text[ASK_TEXT_SIZE];
    size_t used;
};

/* Whether there is such a command: "/claims", "/advise". */
bool service_ask_is(const char *path);
/* ret_ask must stay where it is. False: ret_error says what is wrong, and what would be right.
 */
bool service_ask_read(const char *path, const char *json, size_t len,
                      struct service_ask *ret_ask, char ret_error[ASK_ERROR_SIZE]);

#endif
