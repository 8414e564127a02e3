// SPDX-License-Identifier: MIT
//
// Uses: claim 20. Each use that the text names, over each transport of this server: a line of chat,
// a figure of the host monitor, a picture. Which of them arrive, and how late?

import { followServerClock, delay_ms } from "../../server_time.js";
import { loadTransports } from "../../transports/load.js";
import { told } from "../said.js";
import { figure, ownTopic, within } from "./figure.js";

const PATIENCE_MS = 8000;
const INTERVAL_MS = 500; // of short poll
const HELLO_EVERY_MS = 700; // again, for who was not there yet
const OUR_OWN = ["short_poll", "long_poll", "sse", "websocket"];

export const uses = { seconds: 5, run };

let clock = null;

async function run(signal) {
  clock ??= followServerClock();
  const [list] = await Promise.all([loadTransports(), clock]);
  const clients = list.filter(({ name, client }) => client && OUR_OWN.includes(name));
  const found = [];
  for (const use of ["chat", "host", "frames"]) found.push(await tryUse(use, clients, signal));
  return finding(found, clients);
}

/** {use, delays: {transport: ms}}: of those over which the first message came in time. */
async function tryUse(use, clients, signal) {
  const topic = use === "chat" ? ownTopic("claim-20") : use;
  const delays = {};
  const running = [];
  const speaking = use === "chat" ? setInterval(sayHello, HELLO_EVERY_MS, topic) : 0;
  try {
    await within(PATIENCE_MS, signal, (done) => {
      for (const { name, client } of clients) {
        const onMessage = (message, at_ms) => {
          delays[name] ??= delay_ms(message, at_ms);
          if (Object.keys(delays).length === clients.length) done();
        };
        running.push(new client(topic, { interval_ms: INTERVAL_MS }, { onMessage }));
        running.at(-1).start("now");
      }
    });
  } finally {
    clearInterval(speaking);
    for (const one of running) one.stop();
  }
  return { use, delays };
}

function sayHello(topic) {
  fetch(`/publish/${topic}`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: "hello" });
}

function finding(found, clients) {
  const all = found.length * clients.length;
  const arrived = found.reduce((sum, { delays }) => sum + Object.keys(delays).length, 0);
  const figures = found.flatMap(({ use, delays }) =>
    clients.map(({ name }) => figure(`use_${use}`, delays[name] ?? null, name)),
  );
  const verdict = arrived === all ? "holds" : arrived === 0 ? "does_not_hold" : "only_when";
  return {
    verdict,
    verdict_text: told(`uses_${verdict}`, { arrived, all }),
    regime: told("uses_regime", { ms: INTERVAL_MS }),
    figures,
  };
}
