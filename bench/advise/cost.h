/* SPDX-License-Identifier: MIT
 *
 * Cost: what a transport takes of a server and of the network at some point (rate, clients,
 * payload, …). Pure arithmetic in two halves. What happens in a second follows from the point
 * alone, by model.h: so many requests, writes, heartbeats. What each of these costs is a
 * constant of the machine, and none is shipped: cost_fit finds them from figures that were
 * measured here.
 *
 *     figure = the sum over all events of (how many a second) x (what one costs)
 *
 * All figures are of the whole server, for one second, unless said otherwise.
 */
#ifndef PUSHBENCH_COST_H
#define PUSHBENCH_COST_H

#include "../compare/model.h"

enum cost_transport {
    COST_SHORT_POLL_CLOSE, /* a connection for each poll */
    COST_SHORT_POLL,
    COST_LONG_POLL,
    COST_SSE,
    COST_WEBSOCKET,
    COST_TRANSPORTS,
};

/* As lanes are called: short_poll_close, short_poll, …. */
extern const char *const cost_transport_names[COST_TRANSPORTS];
/* COST_TRANSPORTS: there is none of this name. */
enum cost_transport cost_transport_find(const char *name);

struct cost_point {
    struct model_point times; /* a rate of 0: nothing is published */
    double clients;
    double payload_bytes;
    double heartbeat_s; /* of streams */
    double coalesce_s;  /* 0: servers write at once */
};

/* Of what happens in a second. */
enum cost_event {
    COST_REQUESTS_MADE,     /* polls, of all clients; a connection's opening is part of it */
    COST_FAR_OPENINGS_MADE, /* of these, on connections of their own from far: opening,
                               request and end find the server one after the other */
    COST_WRITES_MADE,    /* on streams: a message, or what a window has gathered, to a client */
    COST_MESSAGES_MADE,  /* delivered, to all clients */
    COST_PUBLISHES_MADE, /* taken in */
    COST_WAKES_MADE,     /* turns that find the server cold: a rest lay before them */
    COST_BEATS_MADE,     /* heartbeats of all streams */
    COST_ACKS_MADE,      /* segments that only acknowledge */
    COST_CLIENTS_THERE,  /* not an event: the number of clients */
    COST_RELAYS_THERE,   /* nor this: 1 where a round trip is made by a relay, else 0 */
    COST_SECONDS_GONE,   /* 1 */
    COST_PAYLOADS_BROUGHT, /* bytes of payload, to all clients */
    COST_EVENTS,
};

extern const char *const cost_event_names[COST_EVENTS];

enum cost_figure {
    COST_REQUESTS,
    COST_USELESS, /* share of answers that are empty */
    COST_DELAY_S, /* mean; COST_WORST_S is the longest there is without a disturbance */
    COST_WORST_S,
    COST_UP_BYTES, /* above TCP: from the clients; COST_DOWN_BYTES to them */
    COST_DOWN_BYTES,
    COST_HEADER_BYTES, /* both ways, in HTTP heads; framing is neither head nor payload */
    COST_FRAMING_BYTES,
    COST_PAYLOAD_BYTES,
    COST_BYTES,    /* all of these */
    COST_SEGMENTS, /* TCP's, both ways */
    COST_WIRE_BYTES,
    COST_CPU_S,      /* of one processor; above 1 the server needs more than one */
    COST_USER_BYTES, /* memory of each client; COST_KERNEL_BYTES both ends of it */
    COST_KERNEL_BYTES,
    COST_FIGURES,
};

extern const char *const cost_figure_names[COST_FIGURES];

/* NAN: not known. */
struct cost_figures {
    double of[COST_FIGURES];
};

/* What one event costs, for each figure; all NAN for a figure that no sample knew. */
struct cost_constants {
    double each[COST_TRANSPORTS][COST_FIGURES][COST_EVENTS];
};

struct cost_sample {
    struct cost_point point;
    struct cost_figures measured; /* NAN where it was not */
};

void cost_events_of(enum cost_transport transport, const struct cost_point *point,
                    double ret_events[COST_EVENTS]);
struct cost_figures cost_predict(const struct cost_constants *constants,
                                 enum cost_transport transport, const struct cost_point *point);
/* The share of a figure that an event makes up, in the figure's unit; 0 where it has none. */
double cost_part(const struct cost_constants *constants, enum cost_transport transport,
                 const struct cost_point *point, enum cost_figure figure,
                 enum cost_event event);

/*
 * (cost_fit.c) Finds one transport's constants, none below 0, that miss the samples least, by
 * squares of relative errors. Where samples cannot tell two events apart (the same payload
 * throughout, say) the sum is right and the parts are not: such constants hold for points
 * alike. False: there is no sample.
 */
bool cost_fit(struct cost_constants *constants, enum cost_transport transport,
              const struct cost_sample samples[], unsigned count);

/* For cost_fit: whether an event has to do with a figure. */
bool cost_is_part(enum cost_transport transport, enum cost_figure figure,
                  enum cost_event event);
/* For cost_fit: what a figure is without any constant of the machine. */
double cost_theory(enum cost_transport transport, const struct cost_point *point,
                   enum cost_figure figure);

#endif
