// SPDX-License-Identifier: MIT
//
// The connections lab: what a browser's six connections mean for each transport, how many come back at
// once when all are cut, and what a full server says. `?every=S` sets the time between two messages.

import { Eight } from "./connections/eight.js";
import { Full } from "./connections/full.js";
import { Storm } from "./connections/storm.js";
import { byId } from "./dom.js";
import { tellMissing } from "./home.js";
import { say } from "./i18n.js";
import { Doors } from "./lab/doors.js";
import { startPage } from "./page.js";
import { loadTransports } from "./transports/load.js";

const parts = [];

startPage("connections.title");
start();

async function start() {
  const list = await loadTransports().catch((error) => {
    byId("eight-problem").hidden = false;
    say(byId("eight-problem"), "page.no_transports", { text: error.message });
    return [];
  });
  const doors = await Doors.find().catch(() => null);
  const through = doors?.list.map(({ name }) => name) ?? [];
  const storm = through.filter((name) => name.startsWith("~storm"));
  tellMissing(byId("no-storm"), !storm.length);
  tellMissing(byId("no-small"), !through.includes("~small"));
  if (storm.length) parts.push(new Storm(doors, storm));
  if (through.includes("~small")) parts.push(new Full(doors));
  if (list.length) startEight(list);
  addEventListener("pagehide", () => parts.forEach((part) => part.leave()));
}

function startEight(list) {
  const eight = new Eight(list);
  parts.push(eight);
  eight.start();
  addEventListener("pageshow", (event) => event.persisted && eight.start());
}
