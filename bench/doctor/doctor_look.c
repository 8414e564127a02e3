/* SPDX-License-Identifier: MIT
 *
 * A first look, before anything is probed: whether a pushlab answers at all, whether it takes
 * publishes, and what its answers have met on the way.
 */
#include "doctor.h"
#include "doctor_fetch.h"

#include <stdio.h>
#include <string.h>

enum { PATIENCE_MS = 8000, TLS_ALERT = 0x15, UPGRADE_REQUIRED = 426 };

static void ask(const struct target *target, const char *method, const char *path,
                struct slice rest, struct fetched *ret_fetched)
{
    struct builder request = {0};
    fetch_begin(target, method, path, &request);
    builder_add_slice(&request, rest);
    fetch(&target->first, builder_slice(&request), PATIENCE_MS, false, ret_fetched);
    builder_finish(&request);
}

static bool holds(struct slice text, const char *word)
{
    return text.len > 0 && memmem(text.at, text.len, word, strlen(word)) != NULL;
}

/* ---- who answers ------------------------------------------------------------------------- */

static void tell_no_http(const struct target *target, const struct fetched *fetched,
                         char trouble[TROUBLE_LIMIT])
{
    struct slice raw = builder_slice(&fetched->raw);
    if (raw.len > 0 && (unsigned char)raw.at[0] == TLS_ALERT)
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s speaks TLS there, and this doctor does not: ask the port behind it, or "
                 "open it here: socat TCP-LISTEN:8766,fork,reuseaddr OPENSSL:%s",
                 target->authority, target->authority);
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
                 "%s closes the connection without an answer: a TLS port, a filter, or a proxy "
                 "without its server",
                 target->authority);
}

static const char *meaning_of(int status)
{
    switch (status) {
    case 401:
        return "it asks for a password: this doctor has none to give; ask from behind it";
    case 407:
        return "the proxy asks for a password: this doctor has none to give";
    case 403:
        return "it refuses: who may come in there?";
    case 404:
        return "nothing of pushlab lies at this path: write what stands in front of "
               "/publish/... there; or give a plain endpoint by --sse URL, --websocket URL";
    case 421:
        return "pushlab serves no such name: start it with --host NAME (or --host '*')";
    case 502:
    case 503:
    case 504:
        return "a proxy answers, and cannot reach the server behind it: is that started, is "
               "its "
               "address right in the proxy's configuration?";
    default:
        return "that is no pushlab: give a plain endpoint by --sse URL, --websocket URL";
    }
}

static void tell_no_pushlab(const struct target *target, const struct fetched *fetched,
                            char trouble[TROUBLE_LIMIT])
{
    int status = fetched->answer.status;
    struct slice to = probe_answer_field(&fetched->answer, "Location");
    struct slice body = builder_slice(&fetched->answer.body);
    if (status / 100 == 3)
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s%.120s leads elsewhere (%d): give that address: %.*s", target->authority,
                 target->path, status, to.len > 200 ? 200 : (int)to.len, to.at ? to.at : "");
    else if (status == 400 && (holds(body, "HTTPS") || holds(body, "TLS")))
        snprintf(trouble, TROUBLE_LIMIT,
                 "%s speaks TLS there, and this doctor does not: ask the port behind it",
                 target->authority);
    else
        snprintf(trouble, TROUBLE_LIMIT, "%s%.120s/transports was answered with %d: %s",
                 target->authority, target->path, status, meaning_of(status));
}

static bool look_who(struct doctor *doctor)
{
    struct fetched fetched;
    ask(&doctor->target, "GET", "/transports", SLICE("\r\n"), &fetched);
    struct slice body = builder_slice(&fetched.answer.body);
    bool good = fetched.answer.status == 200 && holds(body, "\"long_poll\"");
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
        return "too many at once: wait a moment, or publish past it (--publish-to URL)";
    case 0:
        return "no answer: publish past it (--publish-to URL)";
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
    builder_format(&rest, "Content-Type: text/plain\r\nContent-Length: 4\r\n%s\r\nlook",
                   doctor->publish_headers);
    ask(target, "POST", path, builder_slice(&rest), &fetched);
    int status = fetched.answer.status;
    if (status != 200)
        snprintf(doctor->trouble, sizeof(doctor->trouble),
                 "POST %.120s%.90s to %s was answered with %d: %s", target->path, path,
                 target->authority, status, cause_of(status));
    builder_finish(&rest);
    fetch_finish(&fetched);
    return status == 200;
}

/* ---- what answers give away -------------------------------------------------------------- */

static void look_at_feed(struct doctor *doctor)
{
    struct fetched fetched;
    char path[PROBE_TOPIC_LIMIT + 64];
    snprintf(path, sizeof(path), "/short_poll/%.40s-look?since=first", doctor->topic);
    ask(&doctor->target, "GET", path, SLICE("Accept-Encoding: gzip\r\n\r\n"), &fetched);
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
    fetch(&doctor->target.first, SLICE("PUSHBENCH\r\n\r\n"), PATIENCE_MS / 4, false, &fetched);
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
