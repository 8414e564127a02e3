/* SPDX-License-Identifier: MIT
 *
 * Product: a middlebox whose programs are here; and, where clients of ours cannot speak its
 * protocol, what plays the client before it. The two are started and stopped as one.
 */
#ifndef PUSHBENCH_PRODUCT_H
#define PUSHBENCH_PRODUCT_H

#include "middlebox.h"

enum { PRODUCT_RUNS = 2, PRODUCT_PATH_LIMIT = 1024 };

struct product {
    const struct middlebox *box;
    char program[PRODUCT_PATH_LIMIT], client[PRODUCT_PATH_LIMIT];
};

/* The folders where programs are looked for: these, or where none are named (NULL) those of
 * $PATH and those where only root looks, since servers lie there. room holds what is returned.
 */
const char *product_folders(const char *named, char *room, size_t size);
/* Looks for its programs in these folders (with colons between). NULL: all are here; otherwise
 * Debian's name of the package that is missing. */
const char *product_find(const struct middlebox *box, const char *folders,
                         struct product *ret_product);
/*
 * Starts it before origin; arguments are as in middlebox_start. Where clients are to connect
 * to: a member of runs[0], or of runs[1] where something plays the client. NULL: it did not
 * start, one line on standard error says why. In either case both runs are for middlebox_stop.
 */
const struct endpoint *product_start(const struct product *product, const char *variant,
                                     const char *configurations, const struct endpoint *origin,
                                     struct middlebox_run runs[PRODUCT_RUNS]);

#endif
