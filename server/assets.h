/* SPDX-License-Identifier: MIT
 *
 * Assets: the pages, read into memory once, at the start. A request only ever looks a path up
 * in a table of names; none becomes the name of a file. What is compressible also lies there
 * compressed. Immutable after assets_create; any thread may read.
 *
 * Left out: names that start with a dot, READMEs, and links that lead out of the folder.
 */
#ifndef PUSHLAB_ASSETS_H
#define PUSHLAB_ASSETS_H

#include "reply.h"

enum {
    ASSETS_LIMIT = 1024,           /* files */
    ASSET_BYTES_LIMIT = 8 << 20,   /* one file */
    ASSETS_BYTES_LIMIT = 64 << 20, /* all files */
};

struct asset;
struct assets;

/* Reads the folder. NULL when it cannot be read or is over a limit, which is logged. */
struct assets *assets_create(const char *folder);
/* Accepts NULL. */
void assets_destroy(struct assets *assets);
/* The page at this path (`/`, `/lessons/`, `/app.js`), or NULL; lives as long as assets, which
 * may be NULL. A folder's page is its index.html. */
const struct asset *assets_find(const struct assets *assets, struct slice path);
/* Answers GET or HEAD: 200, or 304 when If-None-Match names what would be sent. */
void asset_answer(const struct asset *asset, const struct request *request,
                  struct reply *reply);

#endif
