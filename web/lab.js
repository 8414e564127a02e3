// SPDX-License-Identifier: MIT
//
// The lab page: one topic over every transport side by side. All columns start from one cursor, so
// they are due exactly the same messages.

import { byId, h } from "./dom.js";
import { say } from "./i18n.js";
import { Column } from "./lab/column.js";
import { startFaultPanel } from "./lab/fault_panel.js";
import { FeedPanel } from "./lab/feed_panel.js";
import { followVisibility } from "./lab/hidden.js";
import { startPublishBox } from "./lab/publish_box.js";
import { startRatePublisher } from "./lab/rate_publisher.js";
import { startRoundTrip } from "./lab/round_trip.js";
import { SequenceView } from "./lab/sequence_view.js";
import { followServerFigures } from "./lab/server_figures.js";
import { ServerPlots } from "./lab/server_plots.js";
import { startPage } from "./page.js";
import { followServerClock } from "./server_time.js";
import { loadTransports } from "./transports/load.js";

const REDRAW_MS = 180; // the plots move a pixel or so in that time
const HEAD_TIMEOUT_MS = 3000;
const columns = [];
let sequence = null;
let feed = null;

startPage("lab.title");
start();

async function start() {
  feed = new FeedPanel({ onTopic: watch, onOptions: configure });
  startPublishBox({ topic: () => feed.topic, watch: (topic) => feed.choose(topic) });
  startRatePublisher({ watch: (topic) => feed.choose(topic) });
  if (!(await addColumns())) return;
  sequence = new SequenceView(columns);
  startFaultPanel(columns, (topic) => feed.choose(topic)).then((rows) => startRoundTrip(rows, columns));
  followVisibility((span) => columns.forEach((column) => column.wasHidden(span)));
  await followServerClock();
  await feed.load();
  const plots = new ServerPlots(byId("server-plots"));
  followServerFigures(byId("server-figures"), (stats, at_ms) => plots.add(stats, at_ms));
  requestAnimationFrame(draw);
  leaveAndReturn();
}

async function addColumns() {
  const list = await loadTransports().catch((error) => {
    byId("columns").append(say(h("p", { class: "notice" }), "page.no_transports", { text: error.message }));
    return null;
  });
  const usable = list?.filter(({ client }) => client) ?? [];
  for (const entry of usable) columns.push(new Column(entry, usable));
  byId("columns").append(...columns.map(({ element }) => element));
  for (const { name } of list?.filter(({ client }) => !client) ?? []) {
    byId("columns").after(say(h("p", { class: "notice" }), "column.no_client", { name }));
  }
  return columns.length > 0;
}

/** Starts all columns at the head of the topic: one short poll tells where that is. */
async function watch(topic) {
  const cursor = await headOf(topic).catch(() => "now");
  if (topic !== feed.topic) return;
  for (const column of columns) column.watch(topic, cursor, feed.options());
}

async function headOf(topic) {
  const response = await fetch(`/short_poll/${encodeURIComponent(topic)}?since=now`, {
    cache: "no-store",
    signal: AbortSignal.timeout(HEAD_TIMEOUT_MS),
  });
  return (await response.json()).next ?? "now";
}

function configure() {
  for (const column of columns) column.configure(feed.options());
}

let drawn_ms = 0;

function draw(now_ms) {
  requestAnimationFrame(draw);
  if (now_ms - drawn_ms < REDRAW_MS) return;
  drawn_ms = now_ms;
  const bytes_scale = Math.max(1, ...columns.map((column) => column.bytes_each));
  for (const column of columns) column.draw(bytes_scale);
  sequence.draw();
}

/** A page that is left gives its connections back; one that is returned to goes on. */
function leaveAndReturn() {
  addEventListener("pagehide", () => columns.forEach((column) => column.leave()));
  addEventListener("pageshow", (event) => {
    if (event.persisted) columns.forEach((column) => column.return());
  });
}
