/* SPDX-License-Identifier: MIT */
#include "product.h"

#include <stdio.h>
#include <stdlib.h>

const char *product_folders(const char *named, char *room, size_t size)
{
    const char *path = getenv("PATH");
    if (named)
        return named;
    snprintf(room, size, "%s:/usr/local/sbin:/usr/sbin:/sbin", path ? path : "");
    return room;
}

const char *product_find(const struct middlebox *box, const char *folders,
                         struct product *ret_product)
{
    *ret_product = (struct product){.box = box};
    if (!middlebox_find(box, folders, ret_product->program, PRODUCT_PATH_LIMIT))
        return box->package;
    if (box->client &&
        !middlebox_find(box->client, folders, ret_product->client, PRODUCT_PATH_LIMIT))
        return box->client->package;
    return NULL;
}

const struct endpoint *product_start(const struct product *product, const char *variant,
                                     const char *configurations, const struct endpoint *origin,
                                     struct middlebox_run runs[PRODUCT_RUNS])
{
    const struct middlebox *box = product->box;
    if (!middlebox_start(box, product->program, variant, configurations, origin, &runs[0]))
        return NULL;
    if (!box->client)
        return &runs[0].process.endpoint;
    return middlebox_start(box->client, product->client, "default", configurations,
                           &runs[0].process.endpoint, &runs[1])
               ? &runs[1].process.endpoint
               : NULL;
}
