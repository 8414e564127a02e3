/* SPDX-License-Identifier: MIT */
#include "account.h"

#include "octets.h"

#include <string.h>

static const struct slice cookie_name = {"pushlab-account", 15};
static const struct slice topic_prefix = {"account.", 8};

/* The next `NAME=VALUE` of a Cookie header (RFC 6265, 4.2.1); false when it is used up. */
static bool cookie_next(struct slice *rest, struct slice *ret_pair)
{
    while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == ';')) {
        rest->at++;
        rest->len--;
    }
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->at, ';', rest->len);
    size_t len = end ? (size_t)(end - rest->at) : rest->len;
    *ret_pair = (struct slice){rest->at, len};
    rest->at += len;
    rest->len -= len;
    return true;
}

/* The value when the pair is the account's and has the right form; otherwise nothing. */
static struct slice account_of(struct slice pair)
{
    const struct slice none = {0};
    if (pair.len != cookie_name.len + 1 + ACCOUNT_DIGITS || pair.at[cookie_name.len] != '=' ||
        !slice_equal((struct slice){pair.at, cookie_name.len}, cookie_name))
        return none;
    const char *digits = pair.at + cookie_name.len + 1;
    for (unsigned i = 0; i < ACCOUNT_DIGITS; i++)
        if (!octet_digit(digits[i]) && (digits[i] < 'a' || digits[i] > 'f'))
            return none;
    return (struct slice){digits, ACCOUNT_DIGITS};
}

size_t account_topic(const struct request *request, char ret[ACCOUNT_TOPIC_LIMIT])
{
    const struct slice *header = request_header(request, "Cookie");
    struct slice rest = header ? *header : (struct slice){0}, pair;
    while (cookie_next(&rest, &pair)) {
        struct slice account = account_of(pair);
        if (account.len == 0)
            continue;
        memcpy(ret, topic_prefix.at, topic_prefix.len);
        memcpy(ret + topic_prefix.len, account.at, account.len);
        ret[topic_prefix.len + account.len] = '\0';
        return topic_prefix.len + account.len;
    }
    return 0;
}
