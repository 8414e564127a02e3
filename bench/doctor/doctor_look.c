/* SPDX-License-Identifier: MIT
 *
 * A first look, before anything is probed: whether a pushlab answers at all, whether it takes
 * publishes, and what its answers have met on the way.
 */
#include "doctor.h"
#include "doctor_answer.h"
#include "doctor_fetch.h"

#include <stdio.h>
#include <string.h>

/* What is published to be looked at. */
#define LOOK "the doctor was here"

enum { PATIENCE_MS = 8000, TLS_ALERT = 0x15, UPGRADE_REQUIRED = 426, LEADS_LIMIT = 200 };

static void ask(const struct target *target, const char *method, const char *path,
                struct slice rest, struct fetched *ret_fetched)
{
    struct builder request = {0};
    fetch_begin(target, method, path, &request);
    builder_add_slice(&request, rest);
    fetch(target, builder_slice(&request), PATIENCE_MS, NULL, ret_fetched);
    builder_finish(&request);
}

static bool holds(struct slice text, const char *word)
{
    return text.at && memmem(text.at, text.len, word, strlen(word)) != NULL;
}

/* The last so many bytes. */
static struct slice end_of(struct slice text, size_t len)
{
    return (struct slice){text.at + text.len - len, len};
}

/* ---- who answers ------------------------------------------------------------------------- */

static void tell_no_http(const struct target *target, const struct fetched *fetched,
                         char trouble[TROUBLE_LIMIT])
{
    struct slice raw = builder_slice(&fetched->raw);
    if (fetched->trouble[0])
        snprintf(trouble, TROUBLE_LIMIT, "%s: %s", target->reach, fetched->trouble);
    else if (raw.len > 0 && (unsigned char)raw.at[0] == TLS_ALERT)
        snprintf(trouble, TROUBLE_LIMIT, "%s speaks TLS there: ask for https://%s",
                 target->reach, target->reach);
    else if (raw.len > 0)
        snprintf(trouble, TROUBLE_LIMIT, "%s does not speak HTTP: is this the right port?",
                 target->authority);
    else if (fetched->late)
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s takes connections, and gives no answer within %d s: the server behind it "
                 "is stuck, or the port speaks something else",
                 target->authority, PATIENCE_MS / 1000);
    else
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s closes the connection without an answer: a TLS port (then ask for "
                 "https://%s), a filter, or a proxy without its server",
                 target->authority, target->reach);
}

static const char *remedy_for(int status)
{
    switch (status) {
    case 401:
    case 407:
        return "this doctor has none to give: ask from behind it";
    case 403:
        return "who may come in there?";
    case 404:
        return "write what stands in front of /publish/... there; or give a plain endpoint by "
               "--sse URL, --websocket URL";
    case 421:
        return "start pushlab with --host NAME (or --host '*')";
    case 429:
    case 503:
        return "wait a moment and try again; is the server started, and its address right in "
               "the "
               "proxy's configuration?";
    case 502:
    case 504:
        return "is that started, is its address right in the proxy's configuration?";
    default:
        return "give a plain endpoint by --sse URL, --websocket URL";
    }
}

/* Where an answer leads: without what was asked for there, and who else may say so. */
static void tell_elsewhere(const struct target *target, struct slice to, int status,
                           char trouble[TROUBLE_LIMIT])
{
    const struct slice asked = SLICE("/transports");
    char host[WAY_NAME_LIMIT], leads[LEADS_LIMIT];
    if (to.len > asked.len && slice_equal(end_of(to, asked.len), asked))
        to.len -= asked.len;
    snprintf(host, sizeof(host), "//%.*s", (int)strcspn(target->authority, ":"),
             target->authority);
    snprintf(leads, sizeof(leads), "%.*s", (int)to.len, to.at ? to.at : "");
    answer_tame(leads);
    snprintf(trouble, TROUBLE_LIMIT, "%s%.120s leads elsewhere (%d): give that address: %s%s",
             target->authority, target->path, status, leads,
             holds(to, host)
                 ? ""
                 : ", if it is the server's. Networks that want a login first do so, "
                   "too: open it in a browser");
}

static void tell_no_pushlab(const struct target *target, const struct fetched *fetched,
                            char trouble[TROUBLE_LIMIT])
{
    int status = fetched->answer.status;
    struct slice body = builder_slice(&fetched->answer.body);
    char type[ANSWER_TEXT_LIMIT], title[ANSWER_TEXT_LIMIT];
    answer_type(builder_slice(&fetched->answer.head), type);
    answer_title(body, title);
    if (status / 100 == 3)
        tell_elsewhere(target, probe_answer_field(&fetched->answer, "Location"), status,
                       trouble);
    else if (status == 400 && (holds(body, "HTTPS") || holds(body, "TLS")))
        snprintf(trouble, TROUBLE_LIMIT, "%s speaks TLS there: ask for https://%s",
                 target->reach, target->reach);
    else if (status == 200)
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s%.120s/transports was answered with 200, but not by a pushlab: %s, '%s'. "
                 "Another site, or the login page of a network: open it in a browser. Any "
                 "server's endpoints are listened to by --sse URL, --websocket URL",
                 target->authority, target->path, type, title);
    else
        snprintf(trouble, TROUBLE_LIMIT, "%s%.120s/transports was answered with %d: %s: %s",
                 target->authority, target->path, status, answer_meaning(status),
                 remedy_for(status));
}

static bool look_who(struct doctor *doctor)
{
    struct fetched fetched;
    ask(&doctor->target, "GET", "/transports", SLICE("\r\n"), &fetched);
    struct slice body = builder_slice(&fetched.answer.body);
    bool good = fetched.answer.status == 200 && holds(body, "\"long_poll\"");
    memcpy(doctor->met, fetched.met, sizeof(doctor->met));
    if (fetched.answer.status == 0)
        tell_no_http(&doctor->target, &fetched, doctor->trouble);
    else if (!good)
        tell_no_pushlab(&doctor->target, &fetched, doctor->trouble);
    fetch_finish(&fetched);
    return good;
}

/* ---- publishing -------------------------------------------------------------------------- */

static const char *cause_of(int status)
{
    switch (status) {
    case 401:
        return "it wants a token: --publish-token FILE, the same as pushlab was given";
    case 403:
        return "refused: a topic that is closed to publishers (--topic NAME takes another), or "
               "an Origin that is not let in (pushlab --origin)";
    case 404:
    case 405:
    case 501:
        return "only reading is let through: publish past it (--publish-to URL)";
    case 429:
    case 503:
        return "a GET was answered a moment before: so there is a limit on requests at once "
               "(as "
               "limit_req of nginx). Publish past it (--publish-to URL)";
    case 0:
        return "no answer: publish past it (--publish-to URL)";
    case 200:
        return "that is no answer of pushlab's, so nothing was published: something answers "
               "for "
               "it. Publish past it (--publish-to URL)";
    default:
        return "publish past it (--publish-to URL)";
    }
}

static bool look_publish(struct doctor *doctor)
{
    const struct target *target = doctor->beside.first.len ? &doctor->beside : &doctor->target;
    struct builder rest = {0};
    struct fetched fetched;
    char path[PROBE_TOPIC_LIMIT + 32];
    snprintf(path, sizeof(path), "/publish/%.40s-look", doctor->topic);
    builder_format(&rest, "Content-Type: text/plain\r\nContent-Length: %zu\r\n%s\r\n%s",
                   strlen(LOOK), doctor->publish_headers, LOOK);
    ask(target, "POST", path, builder_slice(&rest), &fetched);
    int status = fetched.answer.status;
    bool good = status == 200 && holds(builder_slice(&fetched.answer.body), "\"seq\"");
    if (!good)
        snprintf(doctor->trouble, sizeof(doctor->trouble),
                 "POST %.120s%.90s to %s was answered with %d: %s", target->path, path,
                 target->authority, status, cause_of(status));
    builder_finish(&rest);
    fetch_finish(&fetched);
    return good;
}

/* ---- what answers give away -------------------------------------------------------------- */

static void look_at_feed(struct doctor *doctor)
{
    struct fetched fetched;
    char path[PROBE_TOPIC_LIMIT + 64];
    snprintf(path, sizeof(path), "/short_poll/%.40s-look?since=first", doctor->topic);
    ask(&doctor->target, "GET", path, SLICE("Accept-Encoding: gzip\r\n\r\n"), &fetched);
    if (holds(builder_slice(&fetched.answer.body), LOOK))
        answer_place(builder_slice(&fetched.answer.body), doctor->place);
    if (fetched.answer.status == 200)
        clues_of_feed(builder_slice(&fetched.answer.head), &doctor->path.clues);
    fetch_finish(&fetched);
    snprintf(path, sizeof(path), "/short_poll/%.40s-look?since=now&careless=1", doctor->topic);
    ask(&doctor->target, "GET", path, SLICE("\r\n"), &fetched);
    doctor->lab = fetched.answer.status == 200;
    fetch_finish(&fetched);
}

/* Whoever stands first has to answer what is no request. */
static void look_at_error(struct doctor *doctor)
{
    struct fetched fetched;
    struct builder answer = {0};
    fetch(&doctor->target, SLICE("PUSHBENCH\r\n\r\n"), PATIENCE_MS / 4, NULL, &fetched);
    builder_add_slice(&answer, builder_slice(&fetched.answer.head));
    builder_add_slice(&answer, builder_slice(&fetched.answer.body));
    builder_add_slice(&answer, builder_slice(&fetched.raw));
    clues_of_error(builder_slice(&answer), &doctor->path.clues);
    builder_finish(&answer);
    fetch_finish(&fetched);
}

/* A handshake that fails: was it the server that answered? */
static void look_at_upgrade(struct doctor *doctor)
{
    struct builder handshake = {0};
    struct fetched fetched;
    char path[PROBE_TOPIC_LIMIT + 32];
    if (doctor->target.forward)
        return; /* there it goes through a tunnel */
    snprintf(path, sizeof(path), "/websocket/%.40s-look", doctor->topic);
    client_add_upgrade(&handshake);
    builder_add(&handshake, "\r\n", 2);
    ask(&doctor->target, "GET", path, builder_slice(&handshake), &fetched);
    doctor->path.plain_get = fetched.answer.status == UPGRADE_REQUIRED &&
                             holds(builder_slice(&fetched.answer.body), "\"error\"");
    if (fetched.answer.status)
        clues_of_names(builder_slice(&fetched.answer.head), &doctor->path.clues);
    builder_finish(&handshake);
    fetch_finish(&fetched);
}

bool doctor_look(struct doctor *doctor)
{
    if (!look_who(doctor) || !look_publish(doctor))
        return false;
    doctor->path.forward = doctor->target.forward;
    doctor->path.round_us = fetch_round_us(&doctor->target, "/healthz");
    doctor->path.apart_us = fetch_apart_us(&doctor->target, "/healthz", PATH_APART_MS);
    look_at_feed(doctor);
    look_at_error(doctor);
    look_at_upgrade(doctor);
    return true;
}

/* As a browser's EventSource that comes back by itself. */
static bool is_resumed(const struct doctor *doctor)
{
    struct builder request = {0};
    struct fetched fetched;
    char path[PROBE_TOPIC_LIMIT + 64];
    snprintf(path, sizeof(path), "/sse/%.40s-look?since=now", doctor->topic);
    fetch_begin(&doctor->target, "GET", path, &request);
    builder_format(&request, "Accept: text/event-stream\r\nLast-Event-ID: %s\r\n\r\n",
                   doctor->place);
    fetch(&doctor->target, builder_slice(&request), PATIENCE_MS / 4, LOOK, &fetched);
    bool resumed = holds(builder_slice(&fetched.answer.body), LOOK);
    fetch_finish(&fetched);
    builder_finish(&request);
    return resumed;
}

void doctor_look_back(struct doctor *doctor)
{
    const struct path_transport *sse = &doctor->path.transports[PATH_SSE];
    if (!sse->trouble && sse->outcome == PROBE_WORKS && doctor->place[0])
        for (unsigned tries = 0; tries < 2; tries++) {
            doctor->path.place_lost = !is_resumed(doctor);
            if (!doctor->path.place_lost)
                break;
        }
}
