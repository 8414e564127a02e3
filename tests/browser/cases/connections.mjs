// SPDX-License-Identifier: MIT
// The connections lab: six connections and eight who want one; all cut, and all come back; a full
// server says when to come again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startServer } from "../../clients/server.mjs";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort, startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

const PLACES = 8;
const STORMS = 2; // doors, six clients each

/** The server, a small one beside it, and the doors to both. */
export async function serve() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const small = await startServer("--max-connections", String(PLACES), "--workers", "1", "--origin", origin);
  const folder = mkdtempSync(path.join(tmpdir(), "pushlab-doors-"));
  const config = path.join(folder, "doors.json");
  writeFileSync(config, JSON.stringify({ doors: [{ name: "~small", to: `127.0.0.1:${small.port}` }] }));
  const storms = Object.fromEntries(Array.from({ length: STORMS }, (_, i) => [`~storm${i + 1}`, ""]));
  const relay = await startRelay({ port }, storms, "--config", config, "--control-origin", origin);
  rmSync(folder, { recursive: true });
  const server = await startLab(port, "--lab", "--doors", relay.control, "--origin", origin);
  const stop = async () => {
    for (const running of [server, relay, small]) await running.stop();
  };
  return { ...server, stop };
}

/** Runs in the page. */
function eight() {
  const { counted, subscribers, transport, shared } = document.getElementById("eight").dataset;
  const seats = [...document.querySelectorAll(".seat")].map(({ dataset }) => dataset);
  return {
    counted: Number(counted), subscribers: Number(subscribers), transport, shared: shared === "true",
    queued: seats.filter(({ waits }) => waits === "true").length,
    roles: seats.map(({ role }) => role),
    guestWaits: document.getElementById("eight-guest").dataset.waits === "true",
  };
}

/** Runs in the page: {row: what is said there}. */
function said() {
  const cells = ["poll", "stream", "socket"].map((who) => [who, document.getElementById(`full-${who}-said`).dataset.said]);
  return { ...Object.fromEntries(cells), taken: Number(document.getElementById("full-places").dataset.taken) };
}

const untilEight = (tab, good, what) => until(() => tab.evaluate(eight), good, what);
const untilSaid = (tab, good, what) => until(() => tab.evaluate(said), good, what);
const way = (transport) => `#eight-transport [data-transport=${transport}]`;
const seat = (index) => `.seat:nth-child(${index + 1}) button`;

async function openLab(open, { server }) {
  const tab = await open(`${server.http}/connections.html?lang=en&theme=light&every=1`);
  tab.allow(/WebSocket connection|establish a connection|interrupted while|ERR_|Failed to load|503/);
  await until(() => tab.evaluate(() => document.querySelectorAll(".seat[data-transport]").length), (count) => count === 8, "eight seats");
  return tab;
}

export function cases(test, own, browser) {
  test("eight want it: six event streams have it, and all eight where one leads", async ({ open }) => {
    const tab = await openLab(open, own);
    await untilEight(tab, ({ counted, subscribers }) => counted === 8 && subscribers === 8, "eight WebSockets");
    await tab.click(way("sse"));
    const stuck = ({ counted, subscribers, queued, guestWaits }) => counted === 6 && subscribers === 6 && queued === 2 && guestWaits;
    await untilEight(tab, stuck, "six of eight, and everything else to wait");
    await tab.screenshot(artefact(`connections.six.${browser}.png`));
    await tab.click(seat(0));
    await untilEight(tab, ({ queued, counted }) => queued === 1 && counted === 6, "one of two to come in");
    await tab.click("#share");
    const led = ({ shared, counted, subscribers, guestWaits }) => shared && counted === 8 && subscribers === 1 && !guestWaits;
    const { roles } = await untilEight(tab, led, "eight of eight by one connection");
    assert.equal(roles.filter((role) => role === "leads").length, 1);
    await tab.click(seat(roles.indexOf("leads")));
    const taken = ({ counted, roles: now }) => counted === 7 && now.includes("leads");
    await untilEight(tab, taken, "another one to lead");
  });

  test("short polls and long polls make room for each other", async ({ open }) => {
    const tab = await openLab(open, own);
    for (const transport of ["short_poll", "long_poll"]) {
      await tab.click(way(transport));
      const all = ({ counted, transport: now }) => now === transport && counted === 8;
      await untilEight(tab, all, `eight by ${transport}`);
    }
    await tab.click("#eight-stop");
  });

  test("all are cut, and all come back", async ({ open }) => {
    const tab = await openLab(open, own);
    await tab.click("#eight-stop");
    for (const kind of ["same", "spread"]) {
      await tab.click(`[data-kind=${kind}] button`);
      const row = () => tab.evaluate((name) => ({ ...document.querySelector(`[data-kind=${name}]`).dataset }), kind);
      const { back, peak } = await until(row, ({ state }) => state === "storm_done", `all back: ${kind}`);
      assert.equal(Number(back), 6 * STORMS);
      assert.ok(Number(peak) >= 1 && Number(peak) <= 6 * STORMS);
    }
  });

  test("a full server: 503 and Retry-After, an event stream that comes in by itself", async ({ open }) => {
    const tab = await openLab(open, own);
    await tab.click("#full-fill");
    await untilSaid(tab, ({ taken, socket }) => taken === PLACES && socket === "full_socket", "all places taken");
    await tab.click("#full-poll");
    await untilSaid(tab, ({ poll }) => poll === "full_refused", "the poll to be refused");
    assert.match(await tab.evaluate(() => document.getElementById("full-poll-said").textContent), /^503.*Retry-After: \d/);
    await tab.click("#full-stream");
    await untilSaid(tab, ({ stream }) => stream === "full_waits", "the stream to be turned away");
    await tab.click("#full-leave");
    await untilSaid(tab, ({ stream, taken }) => stream === "full_in" && taken === PLACES - 1, "the stream to come in");
  });
}
