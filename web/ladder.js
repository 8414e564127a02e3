// SPDX-License-Identifier: MIT
//
// The ladder page: the client library at work. It shows what is in use, why nothing better is, and
// that no message is lost, repeated or reordered whatever changes. Query: `topic=T`,
// `transports=A,B` (those allowed), `share=0`, `since=C`, `wait=S` (a long poll's hold).

import { byId, h, setText } from "./dom.js";
import { formatData } from "./format.js";
import { language, number, onLanguage, say, t } from "./i18n.js";
import { startPage } from "./page.js";
import { explain, subscribe, TRANSPORTS } from "./pushlab.js";
import { Ledger } from "./transports/ledger.js";

const MESSAGES_SHOWN = 8;
const CHANGES_KEPT = 60;
const TOPIC = "clock";
const COUNTS = ["messages", "lost", "repeated", "reordered", "gaps"];

const query = new URLSearchParams(location.search);
let subscription = null;
let ledger = new Ledger();
let messages = 0;
let started_ms = 0;
let shown = { state: "connecting", why: null };

startPage("ladder.title");
prepare();
start();

function prepare() {
  const allowed = query.get("transports")?.split(",") ?? TRANSPORTS;
  const relay = (port, product) => `build/bench/relay/pushrelay --to ${location.host} --listen ${port} --like ${product}`;
  setText(byId("relays"), `${relay(8801, "nginx")}\n${relay(8802, "lighttpd")}`);
  byId("topic").value = query.get("topic") ?? TOPIC;
  byId("share").checked = query.get("share") !== "0";
  for (const name of TRANSPORTS) {
    const box = h("input", { type: "checkbox", value: name, checked: allowed.includes(name) });
    byId("allowed").append(h("label", { class: "check" }, box, say(h("span"), `transport.${name}`)));
  }
  for (const name of COUNTS) {
    byId("counts").append(h("div", {}, say(h("dt"), `ladder.${name}`), h("dd", { id: `count-${name}` }, "0")));
  }
  byId("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  byId("say").addEventListener("submit", speak);
  onLanguage(draw);
  addEventListener("pagehide", () => subscription?.close());
  addEventListener("pageshow", (event) => event.persisted && start());
}

function start() {
  const transports = [...byId("allowed").querySelectorAll(":checked")].map(({ value }) => value);
  if (transports.length === 0) {
    say(byId("problem"), "ladder.none_allowed");
    return;
  }
  subscription?.close();
  ledger = new Ledger();
  messages = 0;
  started_ms = performance.now();
  for (const id of ["messages", "history", "problem"]) byId(id).replaceChildren();
  subscription = subscribe(byId("topic").value, {
    transports,
    share: byId("share").checked,
    since: query.get("since") ?? "now",
    wait_s: Number(query.get("wait") ?? 25),
    onMessage: receive,
    onGap: skip,
    onState: change,
  });
}

// ---- what the library tells ----

function receive(message) {
  messages += 1;
  ledger.add(message.seq);
  const line = h("li", {}, h("b", {}, String(message.seq)), h("span", {}, formatData(message)));
  byId("messages").prepend(line);
  while (byId("messages").children.length > MESSAGES_SHOWN) byId("messages").lastChild.remove();
  drawCounts();
}

function skip(gap) {
  ledger.gap();
  byId("messages").prepend(say(h("li", { class: "note alert" }), gap.count === null ? "gap.unknown" : "gap.known", gap));
  drawCounts();
}

function change(state, why) {
  if (state === "closed") return;
  const before = shown.why;
  shown = { state, why };
  const moved = before?.transport !== why.transport || before?.code !== why.code;
  if (moved || byId("history").children.length === 0) remember(state, why);
  draw();
}

function remember(state, why) {
  const at_s = (performance.now() - started_ms) / 1000;
  const line = h("li", { "data-transport": why.transport, "data-code": why.code, "data-at": at_s });
  line.why = why;
  line.append(h("i"), h("b"), h("span"));
  byId("history").prepend(line);
  while (byId("history").children.length > CHANGES_KEPT) byId("history").lastChild.remove();
}

// ---- drawing ----

function draw() {
  const { state, why } = shown;
  if (!why) return;
  const box = byId("ladder");
  Object.assign(box.dataset, { state, transport: why.transport ?? "", code: why.code, shared: why.shared });
  byId("received").dataset.state = state;
  say(byId("pill"), `state.${state}`);
  say(byId("in-use"), why.transport ? `transport.${why.transport}` : "ladder.nothing");
  setText(byId("why"), explain(why, language().code));
  byId("rungs").replaceChildren(...why.rungs.map((rung) => rungLine(rung, why)));
  for (const line of byId("history").children) drawChange(line);
  drawCounts();
}

function rungLine(rung, { transport, shared }) {
  const used = rung.transport === transport;
  const line = h("li", { "data-transport": rung.transport, "data-state": rung.state, "data-code": rung.code });
  if (used) line.setAttribute("aria-current", "true");
  const mark = used && shared ? "ladder.other_tab" : used ? "ladder.used" : `ladder.${rung.state}`;
  line.append(
    say(h("b"), `transport.${rung.transport}`),
    say(h("em"), mark),
    h("span", {}, explain(rung, language().code)),
  );
  return line;
}

function drawChange(line) {
  const [at, what, why] = line.children;
  setText(at, `${number(Number(line.dataset.at), 1, true)} s`);
  setText(what, line.why.transport ? t(`transport.${line.why.transport}`) : t("ladder.nothing"));
  setText(why, explain(line.why, language().code));
}

function drawCounts() {
  const counts = { messages, ...ledger };
  for (const name of COUNTS) {
    const figure = byId(`count-${name}`);
    setText(figure, number(counts[name]));
    figure.parentElement.classList.toggle("bad", name !== "messages" && counts[name] > 0);
  }
}

// ---- speaking ----

async function speak(event) {
  event.preventDefault();
  try {
    await subscription.publish(byId("text").value);
    byId("text").value = "";
    byId("problem").replaceChildren();
  } catch (error) {
    say(byId("problem"), "ladder.not_sent", { text: error.message });
  }
}
