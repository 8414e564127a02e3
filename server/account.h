/* SPDX-License-Identifier: MIT
 *
 * Account: a session by cookie, as most sites have one. With --lab the topic `~account` is the
 * one that the request's cookie names, and so whoever's browser asks reads what is his. That is
 * what another site's page can misuse where nobody looks at its Origin (`careless=1`), which
 * the page /origins.html shows. What there is to steal is a random word of that page's own.
 */
#ifndef PUSHLAB_ACCOUNT_H
#define PUSHLAB_ACCOUNT_H

#include "request.h"

enum {
    ACCOUNT_DIGITS = 32,      /* hexadecimal, of the cookie `pushlab-account` */
    ACCOUNT_TOPIC_LIMIT = 48, /* room for the topic's name and its NUL */
};

/* Writes the name of the topic, `account.` and the cookie's value, and gives its length; 0 when
 * there is no such cookie, or it is no number of so many digits. Pure. */
size_t account_topic(const struct request *request, char ret[ACCOUNT_TOPIC_LIMIT]);

#endif
