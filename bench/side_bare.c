/* SPDX-License-Identifier: MIT */
#include "side_bare.h"

bool side_bare_exists(const struct client_kind *kind)
{
    return kind->frame != NULL;
}

bool side_bare_start(struct side_bare *bare, const struct side_plan *plan)
{
    struct side *side = &bare->side;
    const struct client_kind *kind = side->options.kind;
    struct builder welcome = {0};
    if (kind->welcome)
        kind->welcome(NULL, &welcome);
    bool good =
        yardstick_start(builder_slice(&welcome), kind->reads == READS_WAIT, &bare->yardstick);
    builder_finish(&welcome);
    if (!good)
        return false;
    side->name = "bare send";
    side->pids[0] = bare->yardstick.pid;
    side->pid_count = 1;
    side->options.publisher = &yardstick_publisher;
    side->options.framed = true;
    return side_open(side, plan, &bare->yardstick.endpoint, "bench");
}

void side_bare_stop(struct side_bare *bare)
{
    side_finish(&bare->side);
    yardstick_stop(&bare->yardstick);
}
