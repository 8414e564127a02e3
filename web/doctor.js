// SPDX-License-Identifier: MIT
//
// The doctor page: tries every transport through the path on which this page came, or to another
// address, and says what works, what is late or held back, what that looks like, and the line that
// cures it. Query: `to=ADDRESS`; `start=0`: only on the button.

import { byId, h, setText } from "./dom.js";
import { cluesOf } from "./doctor/clues.js";
import { findIdleLimits, LIMIT_S } from "./doctor/idle.js";
import { diagnose, faultOf, outcomeOf, TRANSPORTS } from "./doctor/judge.js";
import { get, newTopic, probe, publish } from "./doctor/probe.js";
import { diagnosisParts, idleText, keyOf, reportText } from "./doctor/words.js";
import { formatDelay, median } from "./format.js";
import { onLanguage, say, t } from "./i18n.js";
import { startPage } from "./page.js";

const ROUNDS = 3;
const WHOLE_MS = 12000; // about what an examination takes at most, for the bar
const ONCE_MORE = ["late", "dead", "buffered", "refused", "stale", "unknown"];
const GOOD = { works: "works", late: "late" };

const query = new URLSearchParams(location.search);
const cards = {};
let path = null; // {base, seen, round_ms, clues, diagnosis}
let idle = null;
let turn = 0; // examinations are counted, so that an old one does not draw into a new one
let idling = false;

startPage("doctor.title");
prepare();
if (query.get("start") !== "0") examine();

function prepare() {
  byId("address").value = query.get("to") ?? location.origin;
  for (const name of TRANSPORTS) {
    cards[name] = makeCard(name);
    byId("transports").append(cards[name].element);
  }
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    examine();
  });
  byId("look-idle").addEventListener("click", lookIdle);
  byId("copy").addEventListener("click", copyReport);
  onLanguage(() => path && draw());
  drawNothing();
}

function makeCard(transport) {
  const verdict = h("p", { class: "verdict" });
  const observed = h("p", { class: "observed" });
  const evidence = h("dl", { class: "evidence" });
  const delay = h("strong", { class: "big" }, "–");
  const element = h(
    "article",
    { class: "column", "data-transport": transport, "data-verdict": "" },
    h("div", { class: "head" }, say(h("h2"), `transport.${transport}`)),
    verdict,
    observed,
    h("div", { class: "delays" }, h("div", {}, say(h("span"), "doctor.first"), delay)),
    h("details", {}, say(h("summary"), "doctor.evidence"), evidence),
  );
  return { element, verdict, observed, evidence, delay };
}

// ---- examining ----

/** The address that was typed, without its end; null: it is none. */
function baseOf(text) {
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    return /^https?:$/.test(url.protocol) ? `${url.origin}${url.pathname}`.replace(/\/+$/, "") : null;
  } catch {
    return null;
  }
}

async function examine() {
  const mine = ++turn;
  const base = baseOf(byId("address").value.trim());
  path = idle = null;
  drawNothing();
  if (!base) return fail("doctor.no_address");
  byId("begin").disabled = true;
  const timer = moveBar();
  try {
    const found = await look(base);
    if (mine === turn && !found.error) await probeAll(found, mine);
    if (mine === turn) found.error ? fail(found.error.key, found.error.args) : finish(found);
  } finally {
    clearInterval(timer);
    byId("bar").value = 1;
    byId("begin").disabled = false;
  }
}

function moveBar() {
  const begun_ms = performance.now();
  return setInterval(() => (byId("bar").value = Math.min((performance.now() - begun_ms) / WHOLE_MS, 0.97)), 100);
}

/** Whether a pushlab answers there at all, takes publishes, and what its answers give away. */
async function look(base) {
  const own = base === location.origin;
  say(byId("status"), "doctor.looking");
  const { status, text } = await get(`${base}/transports`);
  if (status === 0) return failed(own ? "doctor.no_answer" : "doctor.no_answer_elsewhere", { origin: location.origin });
  if (status !== 200 || !text.includes('"long_poll"')) return failed("doctor.no_pushlab", { status });
  const topic = newTopic("look");
  const published = await publish(base, topic, "look");
  if (published.status !== 200) {
    const known = [401, 403].includes(published.status) ? keyOf("publish", published.status) : "doctor.publish_other";
    return failed(known, { status: published.status, origin: location.origin });
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push((await get(`${base}/healthz`)).ms);
  const { headers } = await get(`${base}/short_poll/${topic}?since=first`);
  return { base, round_ms: median(rounds), clues: own ? cluesOf(headers) : [], seen: [] };
}

function failed(key, args) {
  return { error: { key, args } };
}

async function probeAll(found, mine) {
  say(byId("status"), "doctor.probing");
  for (const name of TRANSPORTS) cards[name].element.dataset.verdict = "trying";
  for (const name of TRANSPORTS) say(cards[name].verdict, "doctor.trying");
  found.seen = await Promise.all(TRANSPORTS.map((name) => probeTwice(found, name, mine)));
}

/** What does not work is tried once more, so that a busy machine is not taken for a proxy. */
async function probeTwice({ base, round_ms }, transport, mine) {
  let seen = await probe(base, transport);
  if (ONCE_MORE.includes(outcomeOf(seen)) && mine === turn) {
    const again = await probe(base, transport);
    if (["works", "late"].includes(outcomeOf(again)) || seen.trouble) seen = again;
  }
  if (mine === turn) drawCard(seen, round_ms);
  return seen;
}

function finish(found) {
  path = { ...found, diagnosis: diagnose(found) };
  byId("copy").disabled = byId("look-idle").disabled = false;
  draw();
}

// ---- drawing ----

function drawNothing() {
  for (const id of ["findings", "clues", "idle", "who", "status"]) clear(byId(id));
  byId("status").classList.remove("bad");
  byId("copy").disabled = byId("look-idle").disabled = true;
  byId("bar").value = byId("idle-bar").value = 0;
  delete byId("transports").dataset.done;
  for (const { element, verdict, observed, evidence, delay } of Object.values(cards)) {
    element.dataset.verdict = "";
    say(verdict, "doctor.not_yet");
    for (const part of [observed, evidence]) clear(part);
    setText(delay, "–");
  }
}

/** Empties it, and forgets what it said. */
function clear(element) {
  element.replaceChildren();
  delete element.dataset.i18n;
  element.i18nShown = null;
}

function fail(key, args) {
  say(byId("status"), key, args);
  byId("status").classList.add("bad");
}

function drawCard(seen, round_ms) {
  const { element, verdict, observed, evidence, delay } = cards[seen.transport];
  const outcome = outcomeOf(seen);
  const slow = outcome === "late" && !faultOf(seen, round_ms);
  element.dataset.verdict = slow ? "works" : GOOD[outcome] ?? "bad";
  element.dataset.outcome = outcome;
  say(verdict, slow ? "doctor.is_slow" : keyOf("is", outcome));
  say(observed, ...observation(seen, outcome));
  setText(delay, formatDelay(seen.first_ms));
  const figures = [
    ["doctor.messages", `${seen.got} / ${seen.sent}`],
    ["doctor.slowest", formatDelay(seen.max_ms)],
    ["doctor.round", formatDelay(round_ms)],
    ["doctor.canaries", seen.apart_ms === null ? "–" : formatDelay(seen.apart_ms)],
    ["doctor.pushed", seen.offered_bytes ? `${Math.round(seen.offered_bytes / 1024)} KiB` : "–"],
    ["doctor.status", seen.status || "–"],
  ];
  evidence.replaceChildren(...figures.flatMap(([key, value]) => [say(h("dt"), key), h("dd", { translate: "no" }, String(value))]));
}

/** What was seen, as a string's key and arguments. */
function observation(seen, outcome) {
  const kib = Math.ceil(seen.let_go_bytes / 1024);
  const args = { status: seen.status, got: seen.got, sent: seen.sent, kib };
  args.offered = Math.round(seen.offered_bytes / 1024);
  args.delay = formatDelay(seen.transport === "short_poll" ? seen.answer_ms : seen.least_ms);
  args.after = formatDelay(seen.cut_after_ms);
  if (outcome === "buffered") {
    const held = seen.head ? "doctor.saw_held" : "doctor.saw_no_head";
    return [kib ? "doctor.saw_let_go" : seen.got < seen.sent ? held : "doctor.saw_bunched", args];
  }
  if (outcome === "refused") return [seen.failure === "upgrade" ? "doctor.saw_upgrade" : "doctor.saw_refused", args];
  if (outcome === "unknown") return [keyOf("saw", seen.trouble), args];
  return [keyOf("saw", outcome), args];
}

function draw() {
  const { diagnosis, seen, round_ms } = path;
  for (const one of seen) drawCard(one, round_ms);
  say(byId("status"), diagnosis.best ? "doctor.take" : "doctor.take_none", {
    transport: diagnosis.best ? t(`transport.${diagnosis.best}`) : "",
  });
  byId("findings").replaceChildren(...diagnosisParts(path).map(findingElement));
  say(byId("who"), keyOf("who", diagnosis.certainty), { product: diagnosis.product });
  byId("clues").replaceChildren(...diagnosis.clues.map(({ key, args }) => say(h("li"), key, args)));
  if (idle) drawIdle(idle);
  byId("transports").dataset.done = "";
}

function findingElement({ kind, title, means, args, cures, otherwise }) {
  const list = cures.map(({ label, line }) => h("li", {}, h("b", {}, label), h("code", {}, line)));
  return h(
    "section",
    { class: `finding ${kind}` },
    h("h3", {}, title),
    say(h("p"), means, args),
    list.length ? h("ul", { class: "cures" }, ...list) : null,
    otherwise ? say(h("p", { class: "otherwise" }), otherwise) : null,
  );
}

// ---- silence ----

async function lookIdle() {
  if (idling) {
    idling = false;
    return;
  }
  const mine = turn;
  idling = true;
  say(byId("look-idle"), "doctor.idle_stop");
  const results = await findIdleLimits(path.base, {
    stopped: () => !idling || mine !== turn,
    onTime: (seconds) => (byId("idle-bar").value = seconds),
    onChange: (limits) => mine === turn && drawIdle(limits),
  });
  idling = false;
  say(byId("look-idle"), "doctor.idle_begin");
  if (mine !== turn) return;
  idle = results;
  drawIdle(idle);
}

function drawIdle(limits) {
  const names = TRANSPORTS.filter((name) => limits[name]);
  byId("idle").replaceChildren(
    ...names.flatMap((name) => [
      say(h("dt", { "data-transport": name }), `transport.${name}`),
      h("dd", {}, idleText(limits[name], name !== "long_poll" && limits.heartbeats, LIMIT_S)),
    ]),
  );
}

// ---- for a ticket ----

async function copyReport() {
  const text = reportText(path, idle);
  try {
    await navigator.clipboard.writeText(text);
    say(byId("copy"), "doctor.copied");
    setTimeout(() => say(byId("copy"), "doctor.copy"), 2000);
  } catch {
    byId("report-text").value = text; // clipboards are for secure pages and those who ask
    byId("report").showModal();
    byId("report-text").select();
  }
}
