// SPDX-License-Identifier: MIT
//
// Paths: claim 17. One door of the relay becomes one kind of middlebox after the other, and each
// transport tries to get a message through it. What the middlebox does to a connection is decided
// when it opens, so all open anew.

import { t } from "../../i18n.js";
import { Doors } from "../../lab/doors.js";
import { loadTransports } from "../../transports/load.js";
import { told } from "../said.js";
import { figure, ownTopic, within, words } from "./figure.js";

const DOOR = "yours";
const PATIENCE_MS = 5000;
const INTERVAL_MS = 500; // of short poll
const HELLO_EVERY_MS = 700;
const WAYS = ["nothing", "upgrade", "http10", "buffer", "coalesce"]; // of THINGS in lab/doors.js
const ORDER = ["short_poll", "long_poll", "sse", "websocket"];

export const paths = { seconds: 22, run };

async function run(signal) {
  const doors = await Doors.find().catch(() => null);
  if (!doors?.door(DOOR)) throw new Error(t("live.needs_doors"));
  const list = await loadTransports();
  const clients = list.filter(({ name, client }) => client && ORDER.includes(name));
  const through = doors.originOf(DOOR);
  const got = Object.fromEntries(clients.map(({ name }) => [name, []]));
  try {
    for (const way of WAYS) {
      await doors.put(DOOR, way);
      for (const name of await arrivals(clients, through, signal)) got[name].push(way);
    }
  } finally {
    await doors.put(DOOR, "nothing");
  }
  return finding(got);
}

/** The transports over which a message came in time. */
async function arrivals(clients, through, signal) {
  const topic = ownTopic("claim-17");
  const came = new Set();
  const running = [];
  const speaking = setInterval(sayHello, HELLO_EVERY_MS, topic);
  try {
    await within(PATIENCE_MS, signal, (done) => {
      for (const { name, client } of clients) {
        const onMessage = () => {
          came.add(name);
          if (came.size === clients.length) done();
        };
        running.push(new client(topic, { interval_ms: INTERVAL_MS, wait_s: 2, through }, { onMessage }));
        running.at(-1).start("now");
      }
    });
  } finally {
    clearInterval(speaking);
    for (const one of running) one.stop();
  }
  return came;
}

/** Past the door. */
function sayHello(topic) {
  fetch(`/publish/${topic}`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: "hello" });
}

function finding(got) {
  const counts = ORDER.map((name) => got[name]?.length ?? 0);
  const kept = counts.every((count, i) => i === 0 || count <= counts[i - 1]);
  const verdict = counts[0] === 0 ? "unknown" : kept ? "only_when" : "does_not_hold";
  return {
    verdict,
    verdict_text: told(`paths_${verdict}`, { counts: counts.join(" ≥ ") }),
    regime: told("paths_regime", { count: WAYS.length, s: PATIENCE_MS / 1000 }),
    figures: [
      ...ORDER.map((name, i) => figure("paths_through", counts[i], name)),
      ...WAYS.flatMap((way) => ORDER.map((name) => words(`path_${way}`, told(got[name]?.includes(way) ? "path_open" : "path_shut"), name))),
    ],
  };
}
