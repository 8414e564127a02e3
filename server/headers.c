/* SPDX-License-Identifier: MIT
 *
 * Headers: what those mean that decide where a request ends, whom it is for, and whether the
 * connection goes on; and how to find the others.
 */
#include "octets.h"
#include "request_parts.h"

#include <string.h>

struct slice slice_trim(struct slice text)
{
    while (text.len && octet_blank(*text.at))
        text.at++, text.len--;
    while (text.len && octet_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* RFC 9110, 5.6.1. The address in rest is NULL when the list is used up: a last member may be
 * empty. */
bool header_list_next(struct slice *rest, struct slice *ret_member)
{
    if (!rest->at)
        return false;
    const char *comma = rest->len ? memchr(rest->at, ',', rest->len) : NULL;
    const char *end = rest->at + rest->len;
    *ret_member = slice_trim(slice_between(rest->at, comma ? comma : end));
    *rest = comma ? slice_between(comma + 1, end) : (struct slice){NULL, 0};
    return true;
}

/* What a rule works on. */
struct ruling {
    struct judge *judge;
    struct request *request;
    uint64_t body_limit;
    struct refusal *ret_refusal;
};

static int refuse(const struct ruling *ruling, int status, const char *reason)
{
    *ruling->ret_refusal = (struct refusal){status, reason};
    return -1;
}

/* RFC 9112, 3.2: one Host line, and a valid one; 3.2.2: but the target's own host wins. */
static int rule_host(const struct ruling *ruling, struct slice value)
{
    if (ruling->judge->has_host)
        return refuse(ruling, 400, "More than one Host header");
    if (!authority_valid(value, false))
        return refuse(ruling, 400, "The Host header must be a host name and maybe a port");
    ruling->judge->has_host = true;
    if (ruling->request->host.len == 0)
        ruling->request->host = value;
    return 0;
}

/*
 * RFC 9112, 6.3: whoever is unsure about where a body ends must not guess. So one header says
 * it, once: not even equal repetitions are taken, which item 5 would allow, nor
 * Transfer-Encoding beside Content-Length, which item 3 would.
 */
static int claim_framing(const struct ruling *ruling)
{
    if (ruling->judge->has_framing)
        return refuse(ruling, 400,
                      "One Content-Length or one Transfer-Encoding, not more and not both");
    ruling->judge->has_framing = true;
    return 0;
}

/* RFC 9110, 8.6: Content-Length = 1*DIGIT, which must be read so that it cannot overflow. */
static int rule_content_length(const struct ruling *ruling, struct slice value)
{
    if (claim_framing(ruling) < 0)
        return -1;
    uint64_t length = 0;
    bool over = false;
    for (size_t i = 0; i < value.len; i++) {
        if (!octet_digit(value.at[i]))
            return refuse(ruling, 400, "Content-Length must be digits only");
        unsigned digit = (unsigned)(value.at[i] - '0');
        over = over || length > (UINT64_MAX - digit) / 10;
        length = length * 10 + digit;
    }
    if (value.len == 0)
        return refuse(ruling, 400, "Content-Length must be digits only");
    if (over || length > ruling->body_limit) /* RFC 9110, 15.5.14 */
        return refuse(ruling, 413, "The body is larger than allowed");
    ruling->request->framing = FRAMING_LENGTH;
    ruling->request->content_length = length;
    return 0;
}

/*
 * RFC 9112, 6.1 and 7: a list of codings. `chunked`, once, without parameters, must be the
 * last; we take it alone. A list that is well-formed but asks for other codings is 501.
 */
static int rule_transfer_encoding(const struct ruling *ruling, struct slice value)
{
    if (ruling->request->minor_version == 0) /* 6.1: to be treated as faulty framing */
        return refuse(ruling, 400, "HTTP/1.0 has no Transfer-Encoding");
    if (claim_framing(ruling) < 0)
        return -1;
    struct slice rest = value, member;
    bool chunked = false, other = false;
    while (header_list_next(&rest, &member)) {
        size_t len = 0;
        while (len < member.len && octet_is(member.at[len], OCTET_TOKEN))
            len++;
        struct slice parameters =
            slice_trim(slice_between(member.at + len, member.at + member.len));
        if (len == 0 || (parameters.len && *parameters.at != ';'))
            return refuse(ruling, 400, "The Transfer-Encoding is malformed");
        if (chunked)
            return refuse(ruling, 400, "The coding chunked must come last, and once");
        if (!slice_equal_nocase((struct slice){member.at, len}, SLICE("chunked")))
            other = true;
        else if (parameters.len)
            return refuse(ruling, 400, "The coding chunked has no parameters");
        else
            chunked = true;
    }
    if (other)
        return refuse(ruling, 501, "No transfer coding but chunked is spoken here");
    ruling->request->framing = FRAMING_CHUNKED;
    return 0;
}

/* RFC 9110, 7.6.1: options in any case, over any number of lines. */
static int rule_connection(const struct ruling *ruling, struct slice value)
{
    struct slice member;
    while (header_list_next(&value, &member)) {
        ruling->judge->close |= slice_equal_nocase(member, SLICE("close"));
        ruling->judge->keep_alive |= slice_equal_nocase(member, SLICE("keep-alive"));
        ruling->judge->upgrade |= slice_equal_nocase(member, SLICE("upgrade"));
    }
    return 0;
}

/* RFC 9110, 10.1.1: 417 for what we don't know; a 1.0 peer's 100-continue is ignored. */
static int rule_expect(const struct ruling *ruling, struct slice value)
{
    if (!slice_equal_nocase(value, SLICE("100-continue")))
        return refuse(ruling, 417, "No expectation but 100-continue can be met");
    ruling->request->expect_continue = ruling->request->minor_version == 1;
    return 0;
}

int judge_header(struct judge *judge, struct request *request, const struct header *header,
                 uint64_t body_limit, struct refusal *ret_refusal)
{
    static const struct {
        struct slice name;
        int (*rule)(const struct ruling *ruling, struct slice value);
    } rules[] = {
        {{"host", 4}, rule_host},
        {{"connection", 10}, rule_connection},
        {{"content-length", 14}, rule_content_length},
        {{"transfer-encoding", 17}, rule_transfer_encoding},
        {{"expect", 6}, rule_expect},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        /* Lengths first: most headers have no rule, and none needs a call to find that out. */
        if (header->name.len == rules[i].name.len &&
            slice_equal_nocase(header->name, rules[i].name)) {
            struct ruling ruling = {judge, request, body_limit, ret_refusal};
            return rules[i].rule(&ruling, header->value);
        }
    }
    return 0;
}

int judge_finish(const struct judge *judge, struct request *request,
                 struct refusal *ret_refusal)
{
    if (!judge->has_host && request->minor_version == 1) { /* RFC 9112, 3.2 */
        *ret_refusal = (struct refusal){400, "HTTP/1.1 needs a Host header"};
        return -1;
    }
    /* RFC 9112, 9.3: close wins; HTTP/1.0 has to ask to go on. */
    request->keep_alive = !judge->close && (request->minor_version == 1 || judge->keep_alive);
    request->upgrade = judge->upgrade && request->minor_version == 1; /* RFC 9110, 7.8 */
    return 0;
}

const struct slice *request_header(const struct request *request, const char *name)
{
    struct slice wanted = slice_of(name);
    for (unsigned i = 0; i < request->header_count; i++)
        if (slice_equal_nocase(request->headers[i].name, wanted))
            return &request->headers[i].value;
    return NULL;
}

bool request_header_lists(const struct request *request, const char *name, const char *token)
{
    struct slice wanted = slice_of(name), member;
    for (unsigned i = 0; i < request->header_count; i++) {
        if (!slice_equal_nocase(request->headers[i].name, wanted))
            continue;
        struct slice rest = request->headers[i].value;
        while (header_list_next(&rest, &member))
            if (slice_equal_nocase(member, slice_of(token)))
                return true;
    }
    return false;
}

/* RFC 9110, 8.8.3: a comma may stand in an entity-tag, as it does in those of many topics. */
static bool etag_next(struct slice *rest, struct slice *ret_etag)
{
    bool quoted = false;
    size_t len = 0;
    if (!rest->at)
        return false;
    for (; len < rest->len && (quoted || rest->at[len] != ','); len++)
        quoted ^= rest->at[len] == '"';
    *ret_etag = slice_trim((struct slice){rest->at, len});
    *rest = len < rest->len ? (struct slice){rest->at + len + 1, rest->len - len - 1}
                            : (struct slice){NULL, 0};
    return true;
}

static bool etags_have(struct slice list, struct slice etag)
{
    struct slice member;
    while (etag_next(&list, &member)) {
        if (member.len > 2 && member.at[0] == 'W' && member.at[1] == '/')
            member = (struct slice){member.at + 2, member.len - 2};
        if (slice_equal(member, SLICE("*")) || slice_equal(member, etag))
            return true;
    }
    return false;
}

bool request_none_match(const struct request *request, struct slice etag)
{
    for (unsigned i = 0; i < request->header_count; i++)
        if (slice_equal_nocase(request->headers[i].name, SLICE("If-None-Match")) &&
            etags_have(request->headers[i].value, etag))
            return true;
    return false;
}
