/* SPDX-License-Identifier: MIT */
#include "gap.h"

static void add_number(struct builder *out, const char *name, bool known, uint64_t number)
{
    builder_add_text(out, name);
    if (known)
        builder_add_u64(out, number);
    else
        builder_add_text(out, "null");
}

void gap_add_json(const struct gap *gap, struct builder *out)
{
    /* Topic names are letters, digits and ._~- only: nothing here needs escaping. */
    builder_add_text(out, "{\"topic\":\"");
    builder_add_text(out, gap->topic);
    add_number(out, "\",\"from\":", gap->known, gap->from);
    add_number(out, ",\"to\":", gap->known, gap->to);
    add_number(out, ",\"count\":", gap->known, gap->count);
    builder_add_text(out, ",\"reason\":\"");
    builder_add_text(out, gap->reason);
    builder_add_text(out, "\"}");
}
