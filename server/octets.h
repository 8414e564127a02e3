/* SPDX-License-Identifier: MIT
 *
 * Octets: which byte may stand where in HTTP, as one table, since heads are read on the way of
 * every poll. Nothing here looks at the locale.
 */
#ifndef PUSHLAB_OCTETS_H
#define PUSHLAB_OCTETS_H

#include <stdbool.h>

enum octet_kind {
    OCTET_TOKEN = 1,  /* methods and header names: RFC 9110, 5.6.2 */
    OCTET_TARGET = 2, /* request targets: visible ASCII without '#'. Wider than RFC 3986 by
                         what browsers leave unescaped in queries: | [ ] { } ^ ` \ " < > */
    OCTET_FIELD = 4, /* header values: RFC 9110, 5.5, tab and obs-text (0x80 and up) included */
    OCTET_UNRESERVED =
        8, /* RFC 3986, 2.3: host names and topics. What else 3.2.2 would allow
         names no host that exists, and a comma is what two joined Host lines show */
};

extern const unsigned char octet_kinds[256];

static inline bool octet_is(char octet, enum octet_kind kind)
{
    return octet_kinds[(unsigned char)octet] & kind;
}

/* Space and tab: RFC 9110, 5.6.3. */
static inline bool octet_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

static inline bool octet_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

/* The value of a hexadecimal digit, or -1. */
static inline int octet_hex(char octet)
{
    if (octet_digit(octet))
        return octet - '0';
    octet |= 0x20; /* ASCII lower case */
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

#endif
