/* SPDX-License-Identifier: MIT */
#include "bearer.h"

#include <openssl/crypto.h>

bool bearer_is(const struct request *request, const char *token)
{
    static const struct slice scheme = {"Bearer ", 7}; /* any case (RFC 9110, 11.1) */
    const struct slice *credentials = request_header(request, "Authorization");
    if (!credentials || credentials->len < scheme.len ||
        !slice_equal_nocase((struct slice){credentials->at, scheme.len}, scheme))
        return false;
    struct slice shown = {credentials->at + scheme.len, credentials->len - scheme.len};
    while (shown.len && *shown.at == ' ') {
        shown.at++;
        shown.len--;
    }
    struct slice right = slice_of(token);
    return shown.len == right.len && CRYPTO_memcmp(shown.at, right.at, right.len) == 0;
}
