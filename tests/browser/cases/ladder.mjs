// SPDX-License-Identifier: MIT
// The client library in real browsers: through everything that pushrelay can do to it, it ends where
// it should, names what stands in its way, and loses, repeats and reorders nothing meanwhile.
import assert from "node:assert/strict";
import { publish } from "../../clients/server.mjs";
import { listHolds, startHold } from "../lib/hold.mjs";
import { startLab, startOtherOrigin } from "../lib/lab_server.mjs";
import { EXPECTED, ladderAt, readLadder } from "../lib/ladder_page.mjs";
import { startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

const PATIENCE_MS = 90000; // on a machine so slow that a trial fails for that, the third comes late
const PAUSE_MS = 40; // between two messages
const HISTORY = "20000,1h,64M"; // however long it takes, nothing is forgotten
const LEARNT = 4; // heartbeats: two would do, if they had arrived already
const BEST = "websocket: best";
const NO_UPGRADE = "sse: upgrade_blocked";
const POLL_ONLY = "long_poll: upgrade_blocked, then sse_buffered";

/** Doors to the server by name: what they do, and where the ladder ends behind them. */
const REVERSE = {
  straight: ["delay=0", BEST],
  nginx: ["like=nginx", NO_UPGRADE],
  "nginx-cache": ["like=nginx-cache", NO_UPGRADE],
  haproxy: ["like=haproxy", BEST],
  apache: ["like=apache", NO_UPGRADE],
  lighttpd: ["like=lighttpd", POLL_ONLY],
  "caddy-encode": ["like=caddy-encode", BEST],
  "varnish-cache": ["like=varnish-cache", NO_UPGRADE],
  nat: ["like=nat", BEST],
};
const FORWARD = {
  squid: ["like=squid", NO_UPGRADE],
  tinyproxy: ["like=tinyproxy", BEST],
  privoxy: ["like=privoxy", BEST],
};
/** WebKitGTK (libsoup 3.2) asks a forward proxy for a WebSocket as for a page, by GET ws://…, where RFC
 * 6455, 4.1 wants CONNECT: what would have let a tunnel through takes Upgrade out of that. */
const FORWARD_OF_WEBKIT = { squid: NO_UPGRADE, tinyproxy: NO_UPGRADE, privoxy: "long_poll: upgrade_blocked" };
const OTHERS = { freezing: ["delay=0"], "naive-cache": ["like=varnish-cache,naive"] };

/** The server, the doors, and a site elsewhere whose pages may read here. */
export async function serve() {
  const site = await startOtherOrigin({ library: true });
  const server = await startLab("--heartbeat", "1s", "--history", HISTORY, "--origin", site.origin);
  const doors = Object.entries({ ...REVERSE, ...FORWARD, ...OTHERS }).map(([name, [faults]]) => [name, faults]);
  const relay = await startRelay(server, Object.fromEntries(doors));
  const stop = async () => {
    for (const running of [relay, server, site]) await running.stop();
  };
  return { ...server, relay, site, stop };
}

/** Runs in a page elsewhere: subscribes behind each door at the same time. */
async function subscribeAll({ doors, topic }) {
  const { subscribe } = await import("/pushlab.js");
  window.behind = Object.entries(doors).map(([name, url]) => {
    const told = { name, seqs: [], gaps: 0, state: "", why: null };
    subscribe(topic, {
      url, since: "first", share: false,
      onMessage: ({ seq }) => told.seqs.push(seq),
      onGap: () => (told.gaps += 1),
      onState: (state, why) => Object.assign(told, { state, why }),
    });
    return told;
  });
}

/** Runs in that page: {door: {place, count, whole}}. */
function readAll() {
  const placeOf = ({ state, why: { transport, code, rungs } }) => {
    if (state !== "open") return state;
    const sse = rungs.find((rung) => rung.transport === "sse");
    const poll = transport === "long_poll" ? `, then ${sse.code}` : "";
    return `${transport}: ${code}${poll}`;
  };
  const rows = window.behind.map((told) => {
    const whole = told.gaps === 0 && told.seqs.every((seq, i) => seq === i + 1);
    return [told.name, { place: placeOf(told), count: told.seqs.length, whole }];
  });
  return Object.fromEntries(rows);
}

const untilShown = (tab, good, what) => until(() => tab.evaluate(readLadder), good, what, PATIENCE_MS);

/** Waits for so many messages, and takes no other number. */
async function assertWhole(tab, total) {
  const { counts } = await untilShown(tab, ({ counts: { messages } }) => messages >= total, `${total} messages`);
  assert.deepEqual(counts, { messages: total, lost: 0, repeated: 0, reordered: 0, gaps: 0 });
}

/** Publishes one after the other until stop(), which resolves to their number. */
function keepPublishing(server, topic) {
  let [count, stopped] = [0, false];
  const done = (async () => {
    while (!stopped) {
      await publish(server, topic, `number ${++count}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return async () => {
    stopped = true;
    await done;
    return count;
  };
}

async function heartbeats(server) {
  const { transports } = await (await fetch(`${server.http}/stats`)).json();
  return transports.websocket.heartbeats;
}

/** The server may learn a little later that a trial's connection is closed. */
async function untilOneReads(server, topic) {
  const readers = async () => {
    const topics = await (await fetch(`${server.http}/topics`)).json();
    return topics.find(({ name }) => name === topic).subscribers;
  };
  await until(readers, (count) => count === 1, "one reader");
}

/** Runs body while messages are published; resolves to their number. */
async function whilePublishing(server, topic, body) {
  const stop = keepPublishing(server, topic);
  try {
    await body();
  } finally {
    await stop();
  }
  return stop();
}

export function cases(test, own, browser) {
  test("behind each reverse proxy it ends where it should, and says why", async ({ open }) => {
    const { server } = own;
    const topic = "behind";
    const tab = await open(server.site.origin);
    tab.allow(EXPECTED);
    const names = Object.keys(REVERSE);
    const places = Object.fromEntries(Object.entries(REVERSE).map(([name, [, place]]) => [name, place]));
    const total = await whilePublishing(server, topic, async () => {
      const doors = Object.fromEntries(names.map((name) => [name, server.relay.doors[name]]));
      await tab.evaluate(subscribeAll, { doors, topic });
      const arrived = (seen) => names.every((name) => seen[name].place === places[name]);
      await until(() => tab.evaluate(readAll), arrived, JSON.stringify(places), PATIENCE_MS);
    });
    const had = (seen) => names.every((name) => seen[name].count >= total);
    const seen = await until(() => tab.evaluate(readAll), had, `${total} messages`, PATIENCE_MS);
    for (const name of names) assert.deepEqual(seen[name], { place: places[name], count: total, whole: true }, name);
  });

  for (const [name, [, direct]] of Object.entries(FORWARD)) {
    const place = browser === "webkit" ? FORWARD_OF_WEBKIT[name] : direct;
    test(`behind ${name}, a forward proxy`, async ({ open }) => {
      const { server } = own;
      let tab = null;
      const total = await whilePublishing(server, name, async () => {
        tab = await open(ladderAt(server.http, name, "&share=0"), { proxy: new URL(server.relay.doors[name]).host });
        tab.allow(EXPECTED);
        const arrived = ({ state, transport, code }) => state === "open" && `${transport}: ${code}` === place;
        await untilShown(tab, arrived, place);
      });
      await assertWhole(tab, total);
    });
  }

  test("behind the real nginx, as it comes and set up for push", async ({ open, skip }) => {
    const { server } = own;
    const { missing } = (await listHolds()).find(({ name }) => name === "nginx");
    if (missing) return skip(`not installed (apt install ${missing})`);
    const places = { default: NO_UPGRADE, cured: BEST };
    for (const [configuration, place] of Object.entries(places)) {
      const hold = await startHold(server, "nginx", configuration);
      let tab = null;
      const total = await whilePublishing(server, configuration, async () => {
        tab = await open(ladderAt(hold.open, configuration, "&share=0"));
        tab.allow(EXPECTED);
        await untilShown(tab, ({ transport, code }) => `${transport}: ${code}` === place, place);
      });
      await assertWhole(tab, total);
      await tab.leave();
      await hold.stop();
    }
    return undefined;
  });

  test("a line that freezes is left for a poll, and taken up again", async ({ open }) => {
    const { server } = own;
    const tab = await open(ladderAt(server.relay.doors.freezing, "freezing", "&share=0"));
    tab.allow(EXPECTED);
    await untilShown(tab, ({ transport }) => transport === "websocket", "to be on WebSocket");
    const before = await heartbeats(server);
    await until(() => heartbeats(server), (count) => count >= before + LEARNT, "to know the interval");
    const total = await whilePublishing(server, "freezing", async () => {
      await server.relay.act("freezing", "freeze");
      const gone = ({ state, code }) => state === "reconnecting" && code === "went_silent";
      await untilShown(tab, gone, "to find the line dead");
      await server.relay.act("freezing", "thaw");
      await untilShown(tab, ({ code }) => code === "best", "to be on WebSocket again");
    });
    await assertWhole(tab, total);
  });

  test("a cache that answers for the server is noticed and got round", async ({ open }) => {
    const { server } = own;
    const more = "&share=0&transports=long_poll&wait=1";
    const tab = await open(ladderAt(server.relay.doors["naive-cache"], "cached", more));
    await untilShown(tab, ({ rungs }) => rungs.long_poll === "cache_answers", "to notice the cache");
    await publish(server, "cached", "behind the cache");
    await assertWhole(tab, 1);
  });

  test("two tabs share a connection, and the one that is left takes it over", async ({ open }) => {
    const { server } = own;
    const topic = "shared";
    const first = await open(ladderAt(server.http, topic));
    await untilShown(first, ({ transport }) => transport === "websocket", "the first on WebSocket");
    await publish(server, topic, "before the second");
    await assertWhole(first, 1);
    const second = await open(ladderAt(server.http, topic), { beside: first });
    await untilShown(second, ({ state, shared }) => state === "open" && shared, "the second to follow");
    await untilOneReads(server, topic);
    await publish(server, topic, "to both");
    for (const tab of [first, second]) await assertWhole(tab, 2);
    await first.leave();
    const leads = ({ state, shared, transport }) => state === "open" && !shared && transport === "websocket";
    await untilShown(second, leads, "the second to have a connection of its own");
    await untilOneReads(server, topic);
    await publish(server, topic, "to the one that is left");
    await assertWhole(second, 3);
  });
}
