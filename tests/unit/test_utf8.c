/* SPDX-License-Identifier: MIT */
#include "../../server/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* fails_at: index of the first byte that cannot be right; -1: valid; -2: ends too soon. */
enum { VALID = -1, CUT = -2 };

static const struct {
    const char *text;
    int fails_at;
} texts[] = {
    {"", VALID},
    {"a", VALID},
    {"exactly8", VALID},
    {"more than eight bytes of ASCII", VALID},
    {"\x7F", VALID},
    {"\xC2\x80", VALID},
    {"\xDF\xBF", VALID},
    {"\xE0\xA0\x80", VALID},
    {"\xED\x9F\xBF", VALID},
    {"\xEE\x80\x80", VALID},
    {"\xEF\xBF\xBF", VALID},
    {"\xF0\x90\x80\x80", VALID},
    {"\xF4\x8F\xBF\xBF", VALID},
    {"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5", VALID},
    {"12345678\xE4\xB8\xAD\xE6\x96\x87 12345678\xF0\x9F\x98\x80", VALID},
    {"\x80", 0},
    {"\xBF", 0},
    {"abc\x80", 3},
    {"1234567\x80", 7},
    {"12345678\xFF", 8},
    {"12345678901\xFE", 11},
    {"\xC0\x80", 0}, /* overlong */
    {"\xC1\xBF", 0},
    {"\xE0\x9F\xBF", 1},
    {"\xF0\x8F\xBF\xBF", 1},
    {"\xED\xA0\x80", 1}, /* surrogates */
    {"\xED\xBF\xBF", 1},
    {"\xF4\x90\x80\x80", 1}, /* above U+10FFFF */
    {"\xF5\x80\x80\x80", 0},
    {"\xF8\x88\x80\x80\x80", 0},
    {"\xC2\x41", 1},
    {"\xE4\xB8\x41", 2},
    {"\xF0\x9F\x98\xC0", 3},
    {"\xC2", CUT},
    {"ab\xE4\xB8", CUT},
    {"\xF0\x9F\x98", CUT},
    {"\xF4\x8F\xBF", CUT},
};

/* Each text whole, cut in two at every point, and byte by byte. */
static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        const char *text = texts[i].text;
        size_t len = strlen(text);
        assert_int_equal(utf8_valid(text, len), texts[i].fails_at == VALID);
        for (size_t cut = 0; cut <= len; cut++) {
            struct utf8 utf8 = {0};
            bool good = utf8_feed(&utf8, text, cut) && utf8_feed(&utf8, text + cut, len - cut);
            assert_int_equal(good, texts[i].fails_at < 0);
            if (good)
                assert_int_equal(utf8_complete(&utf8), texts[i].fails_at == VALID);
        }
        struct utf8 utf8 = {0};
        int at = 0;
        while (at < (int)len && utf8_feed(&utf8, text + at, 1))
            at++;
        assert_int_equal(at, texts[i].fails_at < 0 ? (int)len : texts[i].fails_at);
    }
}

/* Eight bytes are looked at together: a bad one is seen at each place among them. */
static void test_every_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < 24; i++) {
        char text[] = "abcdefghijklmnopqrstuvwx";
        assert_true(utf8_valid(text, 24));
        text[i] = '\x80';
        assert_false(utf8_valid(text, 24));
    }
}

static size_t write_utf8(uint32_t point, char *ret)
{
    if (point < 0x80) {
        ret[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        ret[i] = (char)(0x80 | (point & 0x3F));
    ret[0] = (char)((0xF00 >> len) | point);
    return len;
}

/* Every code point there is and 64 Ki that are not. */
static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x120000; point++) {
        char text[4];
        size_t len = write_utf8(point, text);
        bool good = (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        assert_int_equal(utf8_valid(text, len), good);
    }
}

/* All short byte strings, against the table of RFC 3629 in its other form: decode, then judge.
 */
static bool slow_valid(const unsigned char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        unsigned byte = text[i];
        size_t more = byte < 0x80 ? 0 : byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
        if ((byte >= 0x80 && byte < 0xC0) || byte >= 0xF8 || i + more >= len)
            return false;
        uint32_t point = more ? byte & (0x3FU >> more) : byte;
        for (size_t j = 1; j <= more; j++) {
            if ((text[i + j] & 0xC0) != 0x80)
                return false;
            point = point << 6 | (text[i + j] & 0x3F);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return false;
        i += more + 1;
    }
    return true;
}

static void test_every_three_bytes(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 1 << 24; number++) {
        unsigned char text[] = {number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF};
        for (size_t len = number & 0xFFFF ? 3 : 1; len <= 3; len++)
            if (utf8_valid(text, len) != slow_valid(text, len))
                fail_msg("%02x %02x %02x, %zu bytes", text[0], text[1], text[2], len);
    }
}

static void assert_mended(const char *text, const char *expected)
{
    char room[32];
    strcpy(room, text);
    utf8_mend(room);
    assert_string_equal(room, expected);
}

static void test_mending(void **state)
{
    (void)state;
    assert_mended("", "");
    assert_mended("plain, \u00e9\u4e2d\U0001f600", "plain, \u00e9\u4e2d\U0001f600");
    assert_mended("a\xe4\xb8\xad\xe4\xb8", "a\u4e2d"); /* cut at the end */
    assert_mended("\xe4\xb8", "");
    assert_mended("a\xe4\xb8: z", "a??: z");  /* cut, and something behind it */
    assert_mended("\xc4\xe3\xba\xc3", "???"); /* GBK, of which the last seems cut */
    assert_mended("\xc0\x80\xed\xa0\x80\xff", "??????");
    assert_mended("\xe4\xe4\xb8\xad", "?\u4e2d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_every_three_bytes),
        cmocka_unit_test(test_mending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
