// SPDX-License-Identifier: MIT
//
// By hand, and not part of the suite: the ladder page in real browsers, opened at the address of a
// real proxy, as it comes and set up for push: with each transport alone, and with all of them. Each
// must do what the matrix says, and the page must say why one does not.
//
//   node tests/browser/browsers_real.mjs [BROWSER] [NAME…]     default: both, nginx haproxy

import { TRANSPORTS } from "../../web/pushlab/index.js";
import { BROWSERS, launch } from "./lib/browsers.mjs";
import { keepCounting, placeBehind, reasonsBehind } from "./lib/climb.mjs";
import { listHolds, startHold } from "./lib/hold.mjs";
import { startLab } from "./lib/lab_server.mjs";
import { EXPECTED, readLadder } from "./lib/ladder_page.mjs";
import { until } from "./lib/until.mjs";

const ENOUGH = 10; // messages
// As they come they put the server's own address in place of Host. A page is told that first, since
// whether Upgrade is missing, too, cannot be seen from there.
const HOST_CHANGED = ["nginx gzip", "Apache mod_proxy_http", "Squid, reverse"];
const WIDTHS = [9, 18, 13, ...TRANSPORTS.map(() => 16), 30];

const row = (...cells) => console.log(cells.map((cell, i) => String(cell).padEnd(WIDTHS[i])).join(" ").trimEnd());

/** What the page at this address comes to: "arrives", or the reason that it gives. */
async function look(browser, { open, proxy }, topic, allowed, good) {
  const tab = await browser.tab(proxy ? { proxy: new URL(proxy).host } : {});
  tab.allow(EXPECTED);
  try {
    await tab.open(`${open}ladder.html?lang=en&share=0&topic=${topic}&transports=${allowed.join()}`);
    const seen = await until(() => tab.evaluate(readLadder), good, "the ladder to come to rest");
    const { lost, repeated, reordered, gaps } = seen.counts;
    const broken = lost + repeated + reordered + gaps > 0 ? ["not every message once"] : [];
    return { ...seen, complaints: [...tab.complaints, ...broken] };
  } finally {
    await tab.close();
  }
}

const isAlone = (name) => ({ transport, counts, rungs }) =>
  (transport === name && counts.messages >= ENOUGH) || !["starting", "trying", "works"].includes(rungs[name]);

/** Nothing better is on trial any more. */
const isAtRest = ({ transport, states, counts }) =>
  counts.messages >= ENOUGH && TRANSPORTS.slice(0, TRANSPORTS.indexOf(transport)).every((name) => states[name] === "failed");

/** The faults behind one hold; prints its row. */
async function lookBehind(browser, hold, configuration, topic) {
  const changed = configuration === "default" && HOST_CHANGED.includes(hold.title);
  const about = [hold.title, configuration, changed ? "host_changed" : "upgrade_blocked"];
  const [expected, reasons] = [placeBehind(...about), reasonsBehind(...about)];
  const [cells, faults] = [[], []];
  const judge = (what, found, wanted) => {
    cells.push(found);
    if (found !== wanted) faults.push(`${what}: ${found}, not ${wanted}`);
  };
  for (const name of TRANSPORTS) {
    const seen = await look(browser, hold, topic, [name], isAlone(name));
    judge(name, seen.transport === name ? "arrives" : seen.rungs[name], reasons[name] ?? "arrives");
    faults.push(...seen.complaints);
  }
  const seen = await look(browser, hold, topic, TRANSPORTS, isAtRest);
  judge("ladder", `${seen.transport}: ${seen.code}`, `${expected.transport}: ${expected.code}`);
  faults.push(...seen.complaints);
  row(browser.name, hold.title, configuration, ...cells);
  if (seen.code !== "best") console.log(`  it says: ${seen.why}`);
  return faults;
}

const words = process.argv.slice(2);
const kinds = BROWSERS.filter(({ name }) => words.includes(name));
const names = words.filter((word) => !BROWSERS.some(({ name }) => name === word));
const wanted = names.length > 0 ? names : ["nginx", "haproxy"];
const server = await startLab("--feed", "none", "--history", "20000,1h,64M");
const topic = "numbers";
const stop = keepCounting(server, topic);
let faulty = 0;
row("browser", "environment", "configuration", ...TRANSPORTS, "ladder");
for (const kind of kinds.length > 0 ? kinds : BROWSERS) {
  if (!kind.path) {
    console.log(`${kind.name}: SKIP: not installed`);
    continue;
  }
  const browser = await launch(kind);
  for (const { name, title, cured, missing } of (await listHolds()).filter(({ name }) => wanted.includes(name))) {
    if (missing) {
      console.log(`${title}: SKIP: not installed (apt install ${missing})`);
      continue;
    }
    for (const configuration of cured ? ["default", "cured"] : ["default"]) {
      const hold = await startHold(server, name, configuration);
      const faults = await lookBehind(browser, hold, configuration, topic).catch((error) => [error.message]);
      await hold.stop();
      for (const fault of faults) console.log(`  ${fault}`);
      faulty += faults.length > 0 ? 1 : 0;
    }
  }
  await browser.close();
}
await stop();
await server.stop();
console.log(faulty === 0 ? "all as the matrix says" : `${faulty} not as the matrix says`);
process.exitCode = faulty === 0 ? 0 : 1;
