/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Where the run of ASCII at the front ends, to within 8 bytes. */
static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof(eight));
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

/*
 * A character's first byte (RFC 3629, section 4). That there are no overlong forms, surrogates
 * or code points above U+10FFFF shows in the range of the second byte alone.
 */
static bool begin(struct utf8 *utf8, unsigned char byte)
{
    utf8->low = 0x80;
    utf8->high = 0xBF;
    if (byte < 0x80) {
        utf8->left = 0;
    } else if (byte >= 0xC2 && byte <= 0xDF) { /* C0 and C1 would be overlong */
        utf8->left = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
        utf8->left = 2;
        if (byte == 0xE0)
            utf8->low = 0xA0; /* overlong below */
        else if (byte == 0xED)
            utf8->high = 0x9F; /* surrogates above */
    } else if (byte >= 0xF0 && byte <= 0xF4) {
        utf8->left = 3;
        if (byte == 0xF0)
            utf8->low = 0x90; /* overlong below */
        else if (byte == 0xF4)
            utf8->high = 0x8F; /* U+110000 and more above */
    } else {
        return false;
    }
    return true;
}

bool utf8_feed(struct utf8 *utf8, const void *data, size_t len)
{
    if (len == 0)
        return true;
    const unsigned char *at = data, *end = at + len;
    while (at < end) {
        if (utf8->left > 0) {
            if (*at < utf8->low || *at > utf8->high)
                return false;
            utf8->left--;
            utf8->low = 0x80;
            utf8->high = 0xBF;
            at++;
            continue;
        }
        at = skip_ascii(at, end);
        if (at < end && !begin(utf8, *at++))
            return false;
    }
    return true;
}

bool utf8_complete(const struct utf8 *utf8)
{
    return utf8->left == 0;
}

bool utf8_valid(const void *data, size_t len)
{
    struct utf8 utf8 = {0};
    return utf8_feed(&utf8, data, len) && utf8_complete(&utf8);
}

void utf8_mend(char *text)
{
    while (*text) {
        struct utf8 utf8 = {0};
        size_t len = 1;
        bool good = utf8_feed(&utf8, text, 1);
        while (good && !utf8_complete(&utf8) && text[len])
            good = utf8_feed(&utf8, text + len++, 1);
        if (!good) {
            *text++ = '?';
        } else if (utf8_complete(&utf8)) {
            text += len;
        } else {
            *text = '\0';
        }
    }
}
