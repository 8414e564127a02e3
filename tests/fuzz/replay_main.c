/* SPDX-License-Identifier: MIT
 *
 * Replay: runs a fuzz target over each file of a folder, with any compiler and no libFuzzer. So
 * every input that ever found something (and the seeds) is checked again by each test run.
 *
 * Usage: replay_NAME FOLDER
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The whole file in memory that ends where the file does, so that a sanitizer sees a read past
 * it; NULL with errno set. */
static uint8_t *file_read(const char *path, size_t *ret_size)
{
    uint8_t *data = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) != 0)
        goto out;
    long size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        goto out;
    data = malloc(size ? (size_t)size : 1);
    if (!data)
        goto out;
    if (fread(data, 1, (size_t)size, file) != (size_t)size) {
        free(data);
        data = NULL;
        errno = EIO;
        goto out;
    }
    *ret_size = (size_t)size;
out:
    fclose(file);
    return data;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* 0, or -1 after a line on standard error. */
static int replay_file(const char *folder, const char *name)
{
    char path[4096];
    size_t size;
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        fprintf(stderr, "%s: the path is too long\n", name);
        return -1;
    }
    uint8_t *data = file_read(path, &size);
    if (!data) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    /* Said before, not after: if it crashes, this is the input that did it. */
    printf("%s (%zu bytes)\n", path, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **entries;
    int count = scandir(argv[1], &entries, not_hidden, alphasort);
    if (count < 0) {
        fprintf(stderr, "%s: %s: put at least one seed input there\n", argv[1],
                strerror(errno));
        return 1;
    }
    int failed = 0;
    for (int i = 0; i < count; i++) {
        failed |= replay_file(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (count == 0)
        fprintf(stderr, "%s: no files: put at least one seed input there\n", argv[1]);
    else
        printf("%d inputs replayed\n", count);
    return count == 0 || failed ? 1 : 0;
}
