#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// By hand, and not part of the suite: real browsers through a long silence. Each opens a tab at the
// address of each proxy, as it comes and set up for push, all at the same time, and one at the
// server's own; in each wait a bare EventSource, a bare WebSocket, a held poll, which ask for no
// heartbeats, and the client library as it comes. After the silence one message is published to each.
// The library must lose and double nothing; behind a proxy that is set up for push nothing may be cut.

import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { publish } from "../clients/server.mjs";
import { BROWSERS, launch } from "./lib/browsers.mjs";
import { listHolds, startHold } from "./lib/hold.mjs";
import { startLab } from "./lib/lab_server.mjs";
import { EXPECTED } from "./lib/ladder_page.mjs";
import {
  askTheSilent, isSettled, openReaders, outcomeOf, READERS, readReaders, readTheSilent, WAIT_S,
} from "./lib/silent_readers.mjs";
import { until } from "./lib/until.mjs";

const USAGE = `node tests/browser/soak_real.mjs [BROWSER…] [NAME…] [--silence S]
  BROWSER    ${BROWSERS.map(({ name }) => name).join(", ")}; default: all
  NAME       what pushbench compat hold --list has, and direct: no proxy;
             default: direct nginx haproxy apache lighttpd
  --silence  seconds, 330 by default: longer than the usual limits of five minutes
PUSHLAB and PUSHBENCH name the programs. Ctrl-C ends all that it has started.`;
const DEFAULT_NAMES = ["direct", "nginx", "haproxy", "apache", "lighttpd"];
const DIRECT = { name: "direct", title: "no proxy", cured: false };
const MOST_S = 3600;
const PATIENCE_S = 75; // nginx gives out what it has gathered when it cuts, after 60 s
const DOUBLES_MS = 3000; // a message that comes twice does so soon
const TELL_EVERY_S = { terminal: 1, file: 30 };
const WIDTHS = [9, 22, 14, 40, 40, 40, 40];

const row = (...cells) => console.log(cells.map((cell, i) => String(cell).padEnd(WIDTHS[i])).join(" ").trimEnd());
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function complain(text) {
  console.error(`soak_real: ${text}\n\n${USAGE}`);
  process.exit(2);
}

/** {silence_s, kinds, environments: each with its configurations} */
async function readCommand() {
  const options = { silence: { type: "string", default: "330" }, help: { type: "boolean", short: "h" } };
  const read = () => parseArgs({ options, allowPositionals: true });
  const { values, positionals } = await Promise.resolve().then(read).catch((error) => complain(error.message));
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const silence_s = Number(values.silence);
  if (!(silence_s >= 1 && silence_s <= MOST_S)) complain(`--silence ${values.silence}: give 1 to ${MOST_S} seconds`);
  const kinds = BROWSERS.filter(({ name }) => positionals.includes(name));
  const names = positionals.filter((word) => !BROWSERS.some(({ name }) => name === word));
  const all = [DIRECT, ...(await listHolds())];
  const unknown = names.find((word) => !all.some(({ name }) => name === word));
  if (unknown) complain(`${unknown}: neither a browser nor a product`);
  const wanted = names.length > 0 ? names : DEFAULT_NAMES;
  return { silence_s, kinds: kinds.length > 0 ? kinds : BROWSERS, environments: all.filter(({ name }) => wanted.includes(name)) };
}

function installed(list, nameOf, missingOf) {
  for (const item of list.filter(missingOf)) console.log(`${nameOf(item)}: SKIP: not installed (apt install ${missingOf(item)})`);
  return list.filter((item) => !missingOf(item));
}

/** {origin, stop()}: an empty page, and /silent, which it never answers. */
async function startSilent() {
  const silent = createServer(({ url }, response) => {
    if (url === "/") response.writeHead(200, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>silent</title>");
  });
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    silent.closeAllConnections();
    silent.close();
  };
  return { origin: `http://127.0.0.1:${silent.address().port}`, stop };
}

/** One browser behind one proxy; the readers have been asked to begin. */
async function openPlace(server, browser, { name, title }, configuration) {
  const place = { browser: browser.name, title, configuration };
  const topicOf = (reader) => `${browser.name}-${name}-${configuration}-${reader}`;
  place.topics = Object.fromEntries(Object.keys(READERS).map((reader) => [reader, topicOf(reader)]));
  try {
    const direct = { open: `${server.http}/`, stop: async () => {} };
    place.hold = name === DIRECT.name ? direct : await startHold(server, name, configuration);
    const { open, proxy } = place.hold;
    place.tab = await browser.tab(proxy ? { proxy: new URL(proxy).host } : {});
    for (const expected of [EXPECTED, /^(?!uncaught)/]) place.tab.allow(expected); // what is cut or refused
    await place.tab.open(`${open}healthz`);
    await place.tab.evaluate(openReaders, { topics: place.topics, wait_s: WAIT_S });
  } catch (error) {
    place.error = error.message;
  }
  return place;
}

/** Each reader has connected, or has been refused. What gathers answers shows the server only. */
async function untilBegun(server, { tab, topics }) {
  const begun = async () => {
    const readers = await tab.evaluate(readReaders);
    const known = await (await fetch(`${server.http}/topics`)).json();
    const isKnown = (topic) => known.some(({ name, subscribers }) => name === topic && subscribers > 0);
    const hasBegun = ([reader, topic]) => readers[reader].length > 0 || (reader !== "library" && isKnown(topic));
    return Object.entries(topics).filter((entry) => !hasBegun(entry));
  };
  await until(begun, (missing) => missing.length === 0, "every reader to begin");
}

async function keepSilent(silence_s) {
  const end_ms = Date.now() + 1000 * silence_s;
  const every_s = process.stderr.isTTY ? TELL_EVERY_S.terminal : TELL_EVERY_S.file;
  const tell = (text) => process.stderr.write(process.stderr.isTTY ? `\r${text.padEnd(40)}` : `${text}\n`);
  for (let left_s = silence_s; left_s > 0; left_s = (end_ms - Date.now()) / 1000) {
    tell(`silence: ${Math.round(left_s)} s left`);
    await pause(1000 * Math.min(every_s, left_s));
  }
  tell(`published; what is late may take ${PATIENCE_S} s`);
  if (process.stderr.isTTY) process.stderr.write("\n");
}

async function publishAll(server, places) {
  for (const place of places) {
    place.published_ms = Date.now();
    await Promise.all(Object.values(place.topics).map((topic) => publish(server, topic, "one")));
  }
}

/** Reads what became of all, once nothing more is to be awaited, or after PATIENCE_S. */
async function readAll(places) {
  const end_ms = Date.now() + 1000 * PATIENCE_S;
  for (const { tab } of places) {
    const left_ms = Math.max(0, end_ms - Date.now());
    await until(() => tab.evaluate(readReaders), isSettled, "the message", left_ms).catch(() => {});
  }
  await pause(DOUBLES_MS);
  for (const place of places) {
    place.readers = await place.tab.evaluate(readReaders).catch(({ message }) => void (place.error = message));
  }
}

/** Prints its row; returns its faults. */
function judge({ browser, title, configuration, error, readers, published_ms, tab }) {
  if (error) {
    row(browser, title, configuration, error.split("\n")[0]);
    return [`${browser}, ${title}, ${configuration}: ${error}`];
  }
  const faults = [...tab.complaints];
  const outcomes = Object.keys(READERS).map((reader) => [reader, outcomeOf(readers[reader], published_ms, PATIENCE_S)]);
  row(browser, title, configuration, ...outcomes.map(([, { words }]) => words));
  for (const [reader, { words, stayed, once }] of outcomes) {
    const isFault = reader === "library" ? !once : configuration === "cured" && !(stayed && once);
    if (isFault) faults.push(`${READERS[reader]}: ${words}`);
  }
  return faults.map((fault) => `${browser}, ${title}, ${configuration}: ${fault}`);
}

/** How long a browser waits for an answer. */
async function tellPatience({ name, silentTab }) {
  const { waited_s, waits } = await silentTab.evaluate(readTheSilent);
  console.log(`${name}, fetch of what never answers: ${waits ? "still waits" : "gives up"} after ${waited_s} s`);
}

/** Opens all, keeps silent, publishes, judges. Resolves to the faults. */
async function soak(server, silent, browsers, environments, silence_s, places) {
  for (const browser of browsers) {
    browser.silentTab = await browser.tab();
    await browser.silentTab.open(silent.origin);
    await browser.silentTab.evaluate(askTheSilent);
    for (const environment of environments) {
      for (const configuration of environment.cured ? ["default", "cured"] : ["default"]) {
        places.push(await openPlace(server, browser, environment, configuration));
      }
    }
  }
  for (const place of places.filter(({ error }) => !error)) {
    await untilBegun(server, place).catch(({ message }) => (place.error = message));
  }
  const good = places.filter(({ error }) => !error);
  await keepSilent(silence_s);
  await publishAll(server, good);
  await readAll(good);
  row("browser", "environment", "configuration", ...Object.values(READERS));
  const faults = places.flatMap(judge);
  for (const browser of browsers) await tellPatience(browser);
  return faults;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130)); // what was started ends with it
const command = await readCommand();
const kinds = installed(command.kinds, ({ name }) => name, ({ path, packages }) => (path ? undefined : packages));
const environments = installed(command.environments, ({ title }) => title, ({ missing }) => missing);
const server = await startLab("--lab", "--feed", "none");
const silent = await startSilent();
const [browsers, places] = [[], []];
try {
  for (const kind of kinds) browsers.push(await launch(kind));
  const faults = await soak(server, silent, browsers, environments, command.silence_s, places);
  for (const fault of faults) console.log(`  ${fault}`);
  console.log(faults.length === 0 ? "all as it should be" : `${faults.length} not as it should be`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  for (const browser of browsers) await browser.close();
  await Promise.all(places.map(({ hold }) => hold?.stop()));
  silent.stop();
  await server.stop();
}
