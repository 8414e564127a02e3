/* SPDX-License-Identifier: MIT
 *
 * Clues: what answers give away of who stands on the way: names in their heads, fields that
 * came or went, and the style of an error page. Pure.
 */
#ifndef PUSHBENCH_DOCTOR_CLUES_H
#define PUSHBENCH_DOCTOR_CLUES_H

#include "../../server/bytes.h"

enum product {
    PRODUCT_UNKNOWN,
    PRODUCT_NGINX,
    PRODUCT_HAPROXY,
    PRODUCT_APACHE,
    PRODUCT_LIGHTTPD,
    PRODUCT_CADDY,
    PRODUCT_VARNISH,
    PRODUCT_SQUID,
    PRODUCT_TINYPROXY,
    PRODUCT_PRIVOXY,
    PRODUCT_ENVOY,
    PRODUCT_IIS,
    PRODUCT_CLOUDFLARE,
    PRODUCT_CLOUDFRONT,
    PRODUCT_ALB,
    PRODUCTS,
};

const char *product_name(enum product product);
/* Whether users set it in their browsers, so that it does not stand before a server. */
bool product_is_forward(enum product product);

/* How sure one can be of a product. */
enum certainty {
    CERTAINTY_NONE,  /* it could be anything */
    CERTAINTY_LOOKS, /* does what this product does, and few others */
    CERTAINTY_SAYS,  /* says its name */
};

enum { CLUE_TEXT_LIMIT = 160, CLUES_LIMIT = 12 };

struct clues {
    struct clue {
        enum product product; /* unknown: something stands there, and this does not say what */
        enum certainty certainty;
        char text[CLUE_TEXT_LIMIT];
    } list[CLUES_LIMIT];
    unsigned count;
};

/* Adds one, unless it has been said. */
__attribute__((format(printf, 4, 5))) void clue_add(struct clues *clues, enum product product,
                                                    enum certainty certainty,
                                                    const char *format, ...);
/* Of the head of pushlab's answer to a poll, as it came through the path. */
void clues_of_feed(struct slice head, struct clues *clues);
/* Of any answer's head: who names itself there. */
void clues_of_names(struct slice head, struct clues *clues);
/* Of the answer, head and body, to what is no request: whoever stands first gives it. */
void clues_of_error(struct slice answer, struct clues *clues);
/* The product that the clues agree on best. */
enum product clues_product(const struct clues *clues, enum certainty *ret_certainty);

#endif
