// SPDX-License-Identifier: MIT
//
// The wire inspector: the real bytes of this page's own connections, as the server has recorded
// them. `?topic=T` picks the topic, `?lines=sse,websocket` the lines that are open at first.

import { byId, h } from "./dom.js";
import { say, t } from "./i18n.js";
import { startPage } from "./page.js";
import { loadTransports } from "./transports/load.js";
import { Detail } from "./wire/detail.js";
import { Lines } from "./wire/lines.js";
import { List } from "./wire/list.js";
import { pcapOf } from "./wire/pcap.js";
import { Recorder } from "./wire/recorder.js";
import { download, textOf } from "./wire/save.js";
import { Totals } from "./wire/totals.js";

const query = new URLSearchParams(location.search);

startPage("wire.title");
start();

async function start() {
  const list = await loadTransports().catch((error) => {
    showProblem({ key: "page.no_transports", args: { text: error.message } });
    return [];
  });
  const detail = new Detail(byId("detail"));
  const rows = new List((unit) => detail.show(unit));
  const totals = new Totals(byId("totals"), list.map(({ name }) => name));
  const recorder = new Recorder({
    onUnit: (unit) => {
      rows.add(unit);
      totals.add(unit);
    },
    onGap: (count) => showProblem({ key: "wire.gap", args: { count: count ?? "?" } }),
    onProblem: showProblem,
  });
  setUp(recorder, rows, totals, detail);
  chooseTopic();
  await recorder.start();
  const wanted = (query.get("lines") ?? "websocket").split(",");
  const lines = new Lines(recorder.key, list, wanted);
  recorder.onAgain = () => lines.restart(); // those that were quicker than the reader went unrecorded
  addEventListener("pagehide", () => [recorder, lines].forEach((one) => one.stop()));
  addEventListener("pageshow", (event) => event.persisted && [recorder, lines].forEach((one) => one.goOn()));
}

function setUp(recorder, rows, totals, detail) {
  byId("text").value = t("wire.sample");
  byId("clear").addEventListener("click", () => [recorder, rows, totals, detail].forEach((one) => one.clear()));
  byId("hold").addEventListener("click", ({ currentTarget: button }) => {
    const held = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", held);
    rows.hold(held);
  });
  byId("save-text").addEventListener("click", () => download("pushlab-wire.txt", textOf(rows.units), "text/plain"));
  byId("save-pcap").addEventListener("click", () => {
    download("pushlab-wire.pcapng", pcapOf(recorder.saved), "application/x-pcapng");
  });
}

function showProblem(problem) {
  byId("problem").hidden = !problem;
  if (problem) say(byId("problem"), problem.key, problem.args);
}

function chooseTopic() {
  const topic = query.get("topic");
  if (!topic) return;
  const known = [...byId("topic").options].some(({ value }) => value === topic);
  if (!known) byId("topic").append(h("option", {}, topic));
  byId("topic").value = topic;
}
