/* SPDX-License-Identifier: MIT
 *
 * What the doctor says: each transport in a row; below it the faults, who looks like having
 * them, the lines that cure them, and what to take meanwhile.
 */
#include "doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOLD_LIMIT = 64, NAMES_LIMIT = 64, MS = 1000 };

static double ms_of(int64_t us)
{
    return us < 0 ? NAN : (double)us / MS;
}

/* ---- transports -------------------------------------------------------------------------- */

static void tell_transport(const struct path_seen *path, unsigned transport,
                           char ret[TOLD_LIMIT])
{
    const struct path_transport *at = &path->transports[transport];
    if (at->trouble)
        snprintf(ret, TOLD_LIMIT, "not measured");
    else if (at->outcome == PROBE_LATE && path_fault(path, transport) < 0)
        snprintf(ret, TOLD_LIMIT, "works (a slow line)");
    else if (at->outcome == PROBE_WORKS && path_fault(path, transport) == FAULT_CACHES)
        snprintf(ret, TOLD_LIMIT, "old answers");
    else if (!probe_resumed(&at->seen))
        snprintf(ret, TOLD_LIMIT, "resumes late");
    else
        probe_tell(&at->seen, at->outcome, ENGLISH, ret, TOLD_LIMIT);
}

static void add_rows(struct report *report, const struct path_seen *path)
{
    static const struct report_column columns[] = {{"transport", "transport", 0},
                                                   {"verdict", "verdict", 0},
                                                   {"first_ms", "first ms", REPORT_DIGITS},
                                                   {"max_ms", "max ms", REPORT_DIGITS},
                                                   {"got", "messages", 0},
                                                   {"sent", "of", 0}};
    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        report_column(report, columns[i].key, columns[i].heading, columns[i].decimals);
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++) {
        const struct path_transport *at = &path->transports[i];
        char text[TOLD_LIMIT];
        int fault = path_fault(path, i);
        tell_transport(path, i, text);
        report_row(report);
        report_text(report, "transport", client_kinds[i]->name);
        report_text(report, "verdict", text);
        report_text(report, "outcome",
                    at->trouble ? "not measured" : probe_outcome_name(at->outcome));
        report_bool(report, "passes", path_passes(at));
        if (fault < 0)
            report_nothing(report, "fault");
        else
            report_text(report, "fault", fault_id((enum fault)fault));
        report_number(report, "first_ms", ms_of(at->seen.first_us));
        report_number(report, "max_ms", ms_of(at->seen.max_us));
        report_number(report, "got", at->seen.got);
        report_number(report, "sent", at->seen.sent);
        report_number(report, "status", at->seen.status);
        report_bool(report, "compressed", at->seen.compressed);
        if (at->trouble && at->trouble_status)
            report_broken(report, "%s could not be tried: %s. It answered with %d: %s.",
                          client_kinds[i]->name, at->trouble, at->trouble_status,
                          answer_meaning(at->trouble_status));
        else if (at->trouble)
            report_broken(report, "%s could not be tried: %s.", client_kinds[i]->name,
                          at->trouble);
    }
}

/* ---- faults ------------------------------------------------------------------------------ */

static void add_names(unsigned transports, cJSON *list, char ret[NAMES_LIMIT])
{
    size_t len = 0;
    ret[0] = '\0';
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
        if (transports & 1U << i) {
            len += (size_t)snprintf(ret + len, NAMES_LIMIT - len, "%s%s", len ? ", " : "",
                                    client_kinds[i]->name);
            cJSON_AddItemToArray(list, cJSON_CreateString(client_kinds[i]->name));
        }
}

static void add_cure(struct report *report, cJSON *cures, enum product product,
                     enum fault fault, const char *before)
{
    cJSON *cure = cJSON_CreateObject();
    cJSON_AddStringToObject(cure, "product", product_name(product));
    cJSON_AddStringToObject(cure, "line", cure_line(product, fault));
    cJSON_AddItemToArray(cures, cure);
    report_note(report, "    %s%s: %s", before, product_name(product),
                cure_line(product, fault));
}

/* Whether one of the clues points to it. */
static bool is_suspected(const struct clues *clues, enum product product)
{
    for (unsigned i = 0; i < clues->count; i++)
        if (clues->list[i].product == product && clues->list[i].certainty > CERTAINTY_NONE)
            return true;
    return false;
}

/* The lines of those who are suspected; if none of them has one, of those that do so as they
 * come. */
static void add_cures(struct report *report, cJSON *object, const struct path_seen *path,
                      enum fault fault)
{
    cJSON *cures = cJSON_AddArrayToObject(object, "cures");
    unsigned count = 0;
    for (enum product at = PRODUCT_UNKNOWN + 1; at < PRODUCTS; at++)
        if (is_suspected(&path->clues, at) && cure_line(at, fault)) {
            add_cure(report, cures, at, fault, "cure, ");
            count++;
        }
    for (enum product at = PRODUCT_UNKNOWN + 1; count == 0 && at < PRODUCTS; at++) {
        bool stands_there = at == PRODUCT_SQUID || product_is_forward(at) == path->forward;
        if (stands_there && cure_is_needed_by_default(at, fault))
            add_cure(report, cures, at, fault, "if it is ");
    }
    if (fault_without(fault)) {
        cJSON_AddStringToObject(object, "otherwise", fault_without(fault));
        report_note(report, "    otherwise: %s", fault_without(fault));
    }
}

static bool has_trouble(const struct path_seen *path)
{
    for (unsigned i = 0; i < PATH_TRANSPORTS; i++)
        if (path->transports[i].trouble)
            return true;
    return false;
}

static void add_findings(struct report *report, const struct path_seen *path,
                         const struct diagnosis *diagnosis)
{
    cJSON *findings = cJSON_AddArrayToObject(report->document, "findings");
    for (unsigned i = 0; i < diagnosis->count; i++) {
        const struct finding *finding = &diagnosis->findings[i];
        char names[NAMES_LIMIT];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(findings, object);
        cJSON_AddStringToObject(object, "fault", fault_id(finding->fault));
        add_names(finding->transports, cJSON_AddArrayToObject(object, "transports"), names);
        cJSON_AddStringToObject(object, "observed", finding->observed);
        cJSON_AddStringToObject(object, "means", fault_text(finding->fault));
        report_broken(report, "It %s (%s): %s.", fault_name(finding->fault), names,
                      finding->observed);
        report_note(report, "    %s", fault_text(finding->fault));
        add_cures(report, object, path, finding->fault);
    }
    if (diagnosis->far)
        report_note(report,
                    "The line is slow by itself: a small question and its answer take %.0f ms, "
                    "and answers come as far apart as they were asked for. Nothing holds them "
                    "back.",
                    ms_of(path->round_us));
    if (diagnosis->count == 0 && !has_trouble(path))
        report_note(report, "Nothing was found that stands in the way of push.");
    if (has_trouble(path))
        report_note(report, "Messages are published by the same path, unless --publish-to URL "
                            "leads past it: that shows more.");
}

/* ---- who it is --------------------------------------------------------------------------- */

static const char *certainty_text(enum certainty certainty)
{
    static const char *const texts[] = {"unknown", "looks like", "says so"};
    return texts[certainty];
}

static void add_clues(struct report *report, const struct path_seen *path,
                      const struct diagnosis *diagnosis)
{
    cJSON *middlebox = cJSON_AddObjectToObject(report->document, "middlebox");
    cJSON *evidence = cJSON_AddArrayToObject(middlebox, "evidence");
    bool known = diagnosis->certainty > CERTAINTY_NONE;
    cJSON_AddStringToObject(middlebox, "product",
                            known ? product_name(diagnosis->product) : "unknown");
    cJSON_AddStringToObject(middlebox, "certainty", certainty_text(diagnosis->certainty));
    if (diagnosis->certainty == CERTAINTY_SAYS)
        report_note(report, "Who: %s, by its own word.", product_name(diagnosis->product));
    else if (known)
        report_note(report, "Who: it looks like %s, and does not say so.",
                    product_name(diagnosis->product));
    else if (diagnosis->count > 0 || path->clues.count > 0)
        report_note(report, "Who: I don't know. Nothing names it, and others do the same.");
    for (unsigned i = 0; i < path->clues.count; i++) {
        report_note(report, "    %s", path->clues.list[i].text);
        cJSON_AddItemToArray(evidence, cJSON_CreateString(path->clues.list[i].text));
    }
}

/* What its kind also does as it comes, which takes minutes to see. */
static void add_warnings(struct report *report, const struct path_seen *path,
                         const struct diagnosis *diagnosis)
{
    for (unsigned i = 0; i < diagnosis->count; i++)
        if (diagnosis->findings[i].fault == FAULT_CUTS)
            return;
    for (enum product at = PRODUCT_UNKNOWN + 1; at < PRODUCTS; at++)
        if (is_suspected(&path->clues, at) && cure_is_needed_by_default(at, FAULT_CUTS))
            report_note(report,
                        "Not tried: as it comes, %s ends what is silent for a minute or some. "
                        "Against that: %s",
                        product_name(at), cure_line(at, FAULT_CUTS));
}

/* ---- what to take ------------------------------------------------------------------------ */

static void add_advice(struct report *report, const struct diagnosis *diagnosis)
{
    if (diagnosis->best < 0) {
        cJSON_AddNullToObject(report->document, "take");
        report_note(report, "No transport was seen to work through this path as it is.");
        return;
    }
    const char *name = client_kinds[diagnosis->best]->name;
    cJSON_AddStringToObject(report->document, "take", name);
    report_note(report,
                "Take: %s through this path as it is. The client library (pushlab.js) "
                "would end there by itself.",
                name);
}

/* What to do against an end that silence comes to. */
static void add_idle_cures(struct report *report, const struct path_seen *path,
                           const struct idle_limits *idle, cJSON *limits)
{
    bool cut = false, aged = false, forgotten = false;
    for (unsigned i = PATH_LONG_POLL; i < PATH_TRANSPORTS; i++) {
        aged |= idle_limit_is_by_age(&idle->transports[i]);
        cut |= idle->transports[i].cut_us >= 0;
        forgotten |= idle->transports[i].forgotten;
    }
    if (aged || cut)
        add_cures(report, limits, path, aged ? FAULT_ENDS : FAULT_CUTS);
    else if (forgotten)
        add_cures(report, limits, path, FAULT_FORGETS);
}

static void add_idle(struct report *report, const struct path_seen *path,
                     const struct idle_limits *idle)
{
    if (!idle) {
        report_note(report, "How long silence is borne takes minutes to find out: --idle.");
        return;
    }
    cJSON *limits = cJSON_AddObjectToObject(report->document, "idle");
    report_note(report, "Silence, up to %.0f s:", (double)idle->limit_ms / 1000);
    for (unsigned i = PATH_LONG_POLL; i < PATH_TRANSPORTS; i++) {
        const struct idle_limit *limit = &idle->transports[i];
        char text[OBSERVED_LIMIT];
        cJSON *object = cJSON_AddObjectToObject(limits, client_kinds[i]->name);
        idle_limit_tell(idle, i, text);
        cJSON_AddStringToObject(object, "text", text);
        cJSON_AddNumberToObject(object, "borne_s", (double)limit->borne_ms / 1000);
        if (limit->cut_us >= 0)
            cJSON_AddNumberToObject(object, "cut_after_s", (double)limit->cut_us / 1e6);
        cJSON_AddBoolToObject(object, "forgotten", limit->forgotten);
        report_note(report, "    %s: %s", client_kinds[i]->name, text);
    }
    cJSON_AddBoolToObject(limits, "broken_off", idle->broken_off);
    add_idle_cures(report, path, idle, limits);
    if (idle->heartbeats)
        report_note(report, "    The server is no lab (pushlab --lab): it went on sending "
                            "heartbeats, so streams were never silent for longer than that.");
}

/* Whether a fault is none that could be had without a look into TLS. */
static bool reads_what_passes(const struct diagnosis *diagnosis)
{
    for (unsigned i = 0; i < diagnosis->count; i++)
        switch (diagnosis->findings[i].fault) {
        case FAULT_NO_UPGRADE:
        case FAULT_HOLDS:
        case FAULT_COMPRESSES:
        case FAULT_CACHES:
        case FAULT_LOSES:
            return true;
        default:
            break;
        }
    return false;
}

static void add_run(struct report *report, const struct doctor *doctor,
                    const struct diagnosis *diagnosis)
{
    if (doctor->met[0]) {
        cJSON_AddStringToObject(report->document, "tls", doctor->met);
        report_note(
            report, "TLS: %s.%s", doctor->met,
            reads_what_passes(diagnosis)
                ? " Whoever does what is told above can read what passes: so it holds that "
                  "certificate, or stands behind"
                : "");
    }
    if (doctor->target.way.tunnel[0])
        report_note(report,
                    "Through a tunnel that the proxy has opened, and cannot look into.");
    cJSON_AddNumberToObject(report->document, "took_s", doctor->took_s);
    if (doctor->took_s > RUN_LIMIT_S)
        report_note(report,
                    "This took %.0f s: answers are slow, or what did not get through was tried "
                    "again.",
                    doctor->took_s);
}

void doctor_report(struct report *report, struct doctor *doctor, const struct idle_limits *idle)
{
    struct diagnosis diagnosis;
    path_judge(&doctor->path, &diagnosis);
    add_rows(report, &doctor->path);
    add_findings(report, &doctor->path, &diagnosis);
    add_clues(report, &doctor->path, &diagnosis);
    add_advice(report, &diagnosis);
    if (!idle)
        add_warnings(report, &doctor->path, &diagnosis);
    add_idle(report, &doctor->path, idle);
    add_run(report, doctor, &diagnosis);
    double round_ms = ms_of(doctor->path.round_us);
    cJSON_AddItemToObject(report->document, "round_ms",
                          isnan(round_ms) ? cJSON_CreateNull() : cJSON_CreateNumber(round_ms));
    cJSON_AddBoolToObject(report->document, "slow_line", diagnosis.far);
}
