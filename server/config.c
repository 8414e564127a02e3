/* SPDX-License-Identifier: MIT
 *
 * The config file: the long options without their dashes, one `name = value` on each line,
 * repeated for lists. Section headings may be there and mean nothing; `;` and `#` start
 * comments.
 */
#include "options_table.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

struct config {
    FILE *file;
    struct options_reading *reading;
    unsigned line;                       /* being read */
    char error[OPTION_ERROR_LIMIT + 64]; /* the first error; empty: none so far */
    unsigned error_line;
};

static void complain(struct config *config, const char *name, const char *text)
{
    if (*config->error)
        return;
    snprintf(config->error, sizeof(config->error), "%.60s%s%s", name, *name ? " " : "", text);
    config->error_line = config->line;
}

/* Lines come by here so that they are counted, and a longer one than inih reads is an error
 * instead of two lines. */
static char *read_line(char *line, int room, void *arg)
{
    struct config *config = arg;
    if (*config->error || !fgets(line, room, config->file))
        return NULL;
    config->line++;
    if (!strchr(line, '\n') && !feof(config->file)) {
        complain(config, "", "the line is too long");
        return NULL;
    }
    return line;
}

static int on_value(void *arg, const char *section, const char *name, const char *value)
{
    enum { GO_ON = 1 }; /* inih's */
    struct config *config = arg;
    const struct option_entry *entry = option_find(name);
    const char *nearest = entry ? NULL : option_nearest(name);
    char text[80];
    (void)section;
    if (!entry) {
        snprintf(text, sizeof(text), "is no option%s%s%s", nearest ? ": did you mean " : "",
                 nearest ? nearest : "", nearest ? "?" : "");
        complain(config, name, text);
        return GO_ON;
    }
    const char *kept = option_keep(value, strlen(value));
    if (!kept)
        complain(config, name, "out of memory");
    else if (option_set(config->reading, entry, kept, LEVEL_FILE))
        complain(config, name, config->reading->error);
    return GO_ON;
}

int config_read(const char *path, struct options_reading *reading)
{
    struct config config = {.reading = reading};
    config.file = fopen(path, "re");
    if (!config.file) {
        fprintf(stderr, "pushlab: --config %s: %s\n", path, strerror(errno));
        return -EINVAL;
    }
    int bad_line = ini_parse_stream(read_line, &config, on_value, &config);
    if (ferror(config.file))
        complain(&config, "", "cannot be read");
    fclose(config.file);
    if (bad_line < 0)
        complain(&config, "", "out of memory");
    /* inih goes on behind a line that it cannot read, so ours may come later. */
    if (bad_line > 0 && (!*config.error || (unsigned)bad_line < config.error_line)) {
        *config.error = '\0';
        config.line = (unsigned)bad_line;
        complain(&config, "", "must be `name = value`");
    }
    if (*config.error)
        fprintf(stderr, "pushlab: %s:%u: %s\n", path, config.error_line, config.error);
    return *config.error ? -EINVAL : 0;
}
