/* SPDX-License-Identifier: MIT
 *
 * Bearer: whether a request shows a token (`Authorization: Bearer TOKEN`, RFC 6750, 2.1). A
 * token never stands in an address: those are logged, bookmarked and sent on.
 */
#ifndef PUSHLAB_BEARER_H
#define PUSHLAB_BEARER_H

#include "request.h"

/* Compared in constant time. Any thread. */
bool bearer_is(const struct request *request, const char *token);

#endif
