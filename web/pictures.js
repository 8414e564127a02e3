// SPDX-License-Identifier: MIT
//
// The picture page: one picture feed in each way there is, replaced in place, beside a clock; and
// below it the tutorial's own client, which appends each picture instead.

import { byId, h, setText } from "./dom.js";
import { say } from "./i18n.js";
import { startPage } from "./page.js";
import { drawDial } from "./pictures/dial.js";
import { MultipartColumn } from "./pictures/multipart_column.js";
import { PictureColumn } from "./pictures/picture_column.js";
import { RawWebSocket } from "./pictures/raw_websocket.js";
import { startSnippet } from "./pictures/snippet_frame.js";
import { followServerClock, server_ms } from "./server_time.js";
import { isOffered, loadTransports } from "./transports/load.js";

const FIGURES_EVERY_MS = 500;
const PATIENCE_MS = 4000; // with a server that draws no pictures
const columns = [];

startPage("pictures.title");
startSnippet();
start();

async function start() {
  const list = await loadTransports().catch((error) => {
    byId("columns").append(say(h("p", { class: "notice" }), "page.no_transports", { text: error.message }));
    return [];
  });
  for (const { name, client } of list.filter((entry) => entry.client)) columns.push(new PictureColumn(name, name, client));
  columns.push(new PictureColumn("binary", "websocket", RawWebSocket));
  if (await isOffered("multipart")) columns.push(new MultipartColumn());
  byId("columns").append(...columns.map(({ element }) => element));
  await followServerClock();
  restart();
  byId("interval").addEventListener("change", restart);
  const since_ms = performance.now();
  setInterval(() => {
    columns.forEach((column) => column.drawFigures());
    byId("none").hidden = performance.now() - since_ms < PATIENCE_MS || columns.some((column) => column.shows);
  }, FIGURES_EVERY_MS);
  requestAnimationFrame(drawClock);
  addEventListener("pagehide", () => columns.forEach((column) => column.stop()));
  addEventListener("pageshow", (event) => event.persisted && restart());
}

function restart() {
  if (!byId("interval").checkValidity()) return;
  const interval_ms = byId("interval").valueAsNumber * 1000;
  for (const column of columns) column.start({ interval_ms });
}

/** The time by the server's clock, as the pictures show it: hands and digits. */
function drawClock() {
  const now_ms = server_ms();
  const now = new Date(now_ms);
  const two = (value) => String(value).padStart(2, "0");
  const ms = String(now.getMilliseconds()).padStart(3, "0");
  setText(byId("clock"), `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${ms}`);
  drawDial(byId("dial"), now_ms);
  requestAnimationFrame(drawClock);
}
