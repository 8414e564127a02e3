/* SPDX-License-Identifier: MIT */
#include "assets.h"

#include "logger.h"
#include "octets.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { ETAG_HEX = 32, GZIP_LEAST = 256 /* below this it gains nothing */ };

/* One form in which an asset can be sent. */
struct form {
    struct bytes *body;
    char etag[ETAG_HEX + 8]; /* quoted; each form has its own (RFC 9110, 8.8.3.3) */
};

struct asset {
    char *path; /* as in a request; starts with '/' */
    const char *content_type;
    bool html;
    bool guest;     /* a page that others of this machine may frame */
    bool sandboxed; /* a page that ours show in a sandbox */
    bool class;     /* the page of a class */
    struct form plain;
    struct form gzip; /* body NULL: not worth it */
};

struct assets {
    unsigned count;
    uint64_t bytes;
    struct asset *items; /* sorted by path */
};

/* ---- what a file is --------------------------------------------------------------------- */

static const struct kind {
    const char *extension;
    const char *content_type;
    bool text; /* worth compressing */
} kinds[] = {
    {".html", "text/html; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".json", "application/json", true},
    {".map", "application/json", true},
    {".webmanifest", "application/manifest+json", true},
    {".svg", "image/svg+xml", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".md", "text/markdown; charset=utf-8", true},
    {".csv", "text/csv; charset=utf-8", true},
    {".xml", "application/xml", true},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".jpeg", "image/jpeg", false},
    {".gif", "image/gif", false},
    {".webp", "image/webp", false},
    {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},
    {".wasm", "application/wasm", false},
    {".pdf", "application/pdf", false},
};

static const struct kind *kind_of(const char *path)
{
    static const struct kind unknown = {"", "application/octet-stream", false};
    const char *extension = strrchr(path, '.');
    for (unsigned i = 0; extension && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].extension, extension) == 0)
            return &kinds[i];
    return &unknown;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* 0 with the file's bytes, or a negative errno. */
static int read_file(const char *path, struct bytes **ret_bytes)
{
    struct builder builder = {0};
    int error = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    for (;;) {
        enum { CHUNK = 64 * 1024 };
        char *room = builder_reserve(&builder, CHUNK);
        ssize_t len = room ? read(fd, room, CHUNK) : -1;
        if (len < 0)
            error = room ? -errno : -ENOMEM;
        else if (builder_len(&builder) + (size_t)len > ASSET_BYTES_LIMIT)
            error = -EFBIG;
        if (len <= 0 || error)
            break;
        builder_claim(&builder, (size_t)len);
    }
    close(fd);
    struct bytes *bytes = error ? NULL : builder_take(&builder);
    builder_finish(&builder);
    if (bytes)
        *ret_bytes = bytes;
    return error ? error : bytes ? 0 : -ENOMEM;
}

static int make_etag(struct form *form, const char *suffix)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Digest(form->body->data, form->body->len, digest, NULL, EVP_sha256(), NULL))
        return -ENOMEM;
    static const char hex[] = "0123456789abcdef";
    char *out = form->etag;
    *out++ = '"';
    for (unsigned i = 0; i < ETAG_HEX / 2; i++) {
        *out++ = hex[digest[i] >> 4];
        *out++ = hex[digest[i] & 15];
    }
    snprintf(out, sizeof(form->etag) - ETAG_HEX - 1, "%s\"", suffix);
    return 0;
}

/* The body with gzip around it (RFC 1952), or NULL when that does not make it smaller. */
static struct bytes *compress_body(const struct bytes *body)
{
    enum { GZIP_WRAPPER = 16 + MAX_WBITS };
    z_stream stream = {0};
    struct builder builder = {0};
    if (body->len < GZIP_LEAST || deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED,
                                               GZIP_WRAPPER, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t room = body->len - body->len / 10;
    char *out = builder_reserve(&builder, room);
    stream.next_in = (Bytef *)body->data;
    stream.avail_in = body->len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    bool fits = out && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    if (fits)
        builder_claim(&builder, stream.total_out);
    deflateEnd(&stream);
    struct bytes *bytes = fits ? builder_take(&builder) : NULL;
    builder_finish(&builder);
    return bytes;
}

static void asset_finish(struct asset *asset)
{
    free(asset->path);
    bytes_unref(asset->plain.body);
    bytes_unref(asset->gzip.body);
}

/* Takes the body's reference. 0 or a negative errno. */
static int asset_init(struct asset *asset, const char *path, struct bytes *take_body)
{
    const struct kind *kind = kind_of(path);
    int error = -ENOMEM;
    *asset = (struct asset){.plain.body = take_body, .content_type = kind->content_type};
    asset->html = strcmp(kind->extension, ".html") == 0;
    asset->guest = asset->html && strcmp(strrchr(path, '/'), "/guest.html") == 0;
    asset->sandboxed = asset->guest || strcmp(path, "/claims/stranger.html") == 0;
    asset->class = strcmp(path, "/class.html") == 0;
    asset->path = strdup(path);
    if (!asset->path)
        goto fail;
    error = make_etag(&asset->plain, "");
    if (!error && kind->text && (asset->gzip.body = compress_body(asset->plain.body)))
        error = make_etag(&asset->gzip, "-gz");
    if (!error)
        return 0;
fail:
    asset_finish(asset);
    return error;
}

/* ---- the folder ------------------------------------------------------------------------- */

static bool name_served(const char *name)
{
    return name[0] != '.' && strncasecmp(name, "readme", 6) != 0;
}

/* A link's file is served if it lies in the folder all the same. */
static bool link_stays(const char *folder, const char *path)
{
    char target[PATH_MAX], root[PATH_MAX];
    struct stat status;
    if (!realpath(folder, root) || !realpath(path, target))
        return false;
    size_t len = strlen(root);
    return strncmp(target, root, len) == 0 && target[len] == '/' &&
           stat(target, &status) == 0 && S_ISREG(status.st_mode);
}

static int add_file(struct assets *assets, const char *folder, const char *file)
{
    struct bytes *body = NULL;
    if (assets->count == ASSETS_LIMIT)
        return -EMFILE;
    int error = read_file(file, &body);
    if (error)
        return error;
    assets->bytes += body ? body->len : 0;
    if (assets->bytes > ASSETS_BYTES_LIMIT) {
        bytes_unref(body);
        return -EFBIG;
    }
    const char *path = file + strlen(folder);
    while (path[0] == '/' && path[1] == '/')
        path++;
    error = asset_init(&assets->items[assets->count], path, body);
    if (!error)
        assets->count++;
    return error;
}

/* One step of the walk. */
static int add_entry(struct assets *assets, const char *folder, FTS *walk, FTSENT *entry)
{
    if (entry->fts_level > 0 && !name_served(entry->fts_name)) {
        fts_set(walk, entry, FTS_SKIP);
        return 0;
    }
    switch (entry->fts_info) {
    case FTS_F:
        return add_file(assets, folder, entry->fts_path);
    case FTS_SL:
        return link_stays(folder, entry->fts_path) ? add_file(assets, folder, entry->fts_path)
                                                   : 0;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return -entry->fts_errno;
    default: /* folders; devices, sockets and pipes are nothing to serve */
        return 0;
    }
}

static int walk_folder(struct assets *assets, const char *folder)
{
    char root[PATH_MAX];
    size_t len = strlen(folder);
    if (len == 0 || len >= sizeof(root))
        return -EINVAL;
    memcpy(root, folder, len + 1);
    while (len > 1 && root[len - 1] == '/')
        root[--len] = '\0';
    /* FTS_COMFOLLOW: the folder itself may be a link. */
    FTS *walk =
        fts_open((char *[]){root, NULL}, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
    if (!walk)
        return -errno;
    int error = 0;
    for (FTSENT *entry; !error && (errno = 0, entry = fts_read(walk));) {
        error = add_entry(assets, root, walk, entry);
        if (error)
            log_line(LOG_LEVEL_ERROR, "%s: %s%s", entry->fts_path, strerror(-error),
                     error == -EFBIG || error == -EMFILE ? ": more than the server serves"
                                                         : "");
    }
    fts_close(walk);
    return error;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

struct assets *assets_create(const char *folder)
{
    struct assets *assets = calloc(1, sizeof(*assets));
    if (!assets)
        return NULL;
    assets->items = calloc(ASSETS_LIMIT, sizeof(*assets->items));
    if (!assets->items || walk_folder(assets, folder)) {
        assets_destroy(assets);
        return NULL;
    }
    qsort(assets->items, assets->count, sizeof(*assets->items), compare_paths);
    return assets;
}

void assets_destroy(struct assets *assets)
{
    if (!assets)
        return;
    for (unsigned i = 0; i < assets->count; i++)
        asset_finish(&assets->items[i]);
    free(assets->items);
    free(assets);
}

/* ---- answering -------------------------------------------------------------------------- */

static int compare_path(const void *key, const void *item)
{
    const struct slice *path = key;
    const char *name = ((const struct asset *)item)->path;
    size_t len = strlen(name);
    int order = memcmp(path->at, name, path->len < len ? path->len : len);
    return order ? order : (path->len > len) - (path->len < len);
}

const struct asset *assets_find(const struct assets *assets, struct slice path)
{
    static const struct slice index = {"index.html", 10};
    char page[PATH_MAX];
    if (!assets || !path.len || path.len + index.len > sizeof(page))
        return NULL;
    if (path.at[path.len - 1] == '/') {
        memcpy(page, path.at, path.len);
        memcpy(page + path.len, index.at, index.len);
        path = (struct slice){page, path.len + index.len};
    }
    return bsearch(&path, assets->items, assets->count, sizeof(*assets->items), compare_path);
}

/* Whether `gzip;q=0.5` and the like wants gzip: a weight of zero forbids (RFC 9110, 12.4.2). */
static bool element_wants_gzip(struct slice element)
{
    const char *semicolon = element.len ? memchr(element.at, ';', element.len) : NULL;
    struct slice name = element;
    if (semicolon)
        name.len = (size_t)(semicolon - element.at);
    while (name.len && octet_blank(name.at[name.len - 1]))
        name.len--;
    if (!slice_equal_nocase(name, SLICE("gzip")) && !slice_equal_nocase(name, SLICE("x-gzip")))
        return false;
    for (const char *at = element.at + name.len; at < element.at + element.len; at++)
        if (*at >= '1' && *at <= '9')
            return true;
    return semicolon == NULL;
}

static bool accepts_gzip(const struct request *request)
{
    struct slice rest, element;
    for (unsigned i = 0; i < request->header_count; i++) {
        if (!slice_equal_nocase(request->headers[i].name, SLICE("Accept-Encoding")))
            continue;
        rest = request->headers[i].value;
        while (header_list_next(&rest, &element))
            if (element_wants_gzip(element))
                return true;
    }
    return false;
}

/* This server as the browser knows it; the gate let no other byte into Host than a name, an
 * address and a port have (authority_valid). */
static void add_own_host(const struct request *request, struct builder *headers)
{
    if (request->host.len > 0) {
        builder_add_text(headers, " http://");
        builder_add_slice(headers, request->host);
    }
}

static void add_security(const struct asset *asset, const struct request *request,
                         struct builder *headers)
{
    /* Pages may talk to lab servers on other ports of this machine, as the relay is, and frame
     * them; nothing else of theirs comes from elsewhere. A guest does for the page that frames
     * it what that page could do by itself (web/origins/guest.js). */
    builder_add_text(headers,
                     "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; "
                     "connect-src 'self' ws: wss: http://localhost:* http://127.0.0.1:*");
    /* Students know this machine by any of its addresses, and a door of it by its port. */
    builder_add_text(headers, asset->class ? " http:; " : "; ");
    builder_add_text(headers, "frame-src 'self' http://localhost:* http://127.0.0.1:*; "
                              "base-uri 'none'; form-action 'self'; frame-ancestors 'self'");
    if (asset->guest)
        builder_add_text(headers, " http://localhost:* http://127.0.0.1:*");
    /* Named, since for WebKit nothing is 'self' to a page in a sandbox. */
    if (asset->sandboxed) {
        builder_add_text(headers, "; script-src 'self'");
        add_own_host(request, headers);
        builder_add_text(headers, "; style-src 'self'");
        add_own_host(request, headers);
    }
    builder_add_text(headers, "\r\nReferrer-Policy: no-referrer\r\n");
}

void asset_answer(const struct asset *asset, const struct request *request, struct reply *reply)
{
    bool gzip = asset->gzip.body && accepts_gzip(request);
    const struct form *form = gzip ? &asset->gzip : &asset->plain;
    reply_header(reply, "ETag", slice_of(form->etag));
    builder_add_text(&reply->headers, "Cache-Control: no-cache\r\n");
    if (asset->gzip.body)
        builder_add_text(&reply->headers, "Vary: Accept-Encoding\r\n");
    if (request_none_match(request, slice_of(form->etag))) {
        reply_body(reply, 304, NULL, NULL);
        return;
    }
    builder_add_text(&reply->headers, "X-Content-Type-Options: nosniff\r\n");
    if (asset->html)
        add_security(asset, request, &reply->headers);
    if (gzip)
        builder_add_text(&reply->headers, "Content-Encoding: gzip\r\n");
    reply_body(reply, 200, asset->content_type, bytes_ref(form->body));
}
