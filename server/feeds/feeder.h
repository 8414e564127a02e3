/* SPDX-License-Identifier: MIT
 *
 * Feeder: runs the built-in feeds that the options name, each at its rate, on the main thread's
 * event loop. A late tick is caught up with one message, never with a burst.
 */
#ifndef PUSHLAB_FEEDER_H
#define PUSHLAB_FEEDER_H

#include "../bus.h"
#include "../options.h"

#include <event2/event.h>

struct feeder;

/* Starts the feeds. NULL: an option names none there is, or memory; one line on standard error
 * says which. */
struct feeder *feeder_create(struct event_base *base, struct bus *bus,
                             const struct options *options);
void feeder_destroy(struct feeder *feeder);

#endif
