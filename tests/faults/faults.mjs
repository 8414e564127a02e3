#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Faults: are the verdicts on the claims scenery? Measures the claims with the server as it is, then
// with one seeded fault after the other, and holds each fault to what it is for: it flips the verdict
// on its own claim, and on no other. `./dev test faults`; --help says more.

import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Bench } from "./bench.mjs";
import { Page, PAGE_IDS } from "./page.mjs";
import { listFaults } from "./programs.mjs";
import { end, interrupted, onInterrupt } from "./running.mjs";

const HELP = `Usage: node tests/faults/faults.mjs [OPTION…]

Are the verdicts on the claims scenery? Measures the claims with the server as it is, then with one
seeded fault after the other (pushlab_faulty, built beside pushlab for the tests), and checks that
each fault flips the verdict on its own claim and on no other. About half an hour; quiet machines
need no second tries.

      --only FAULTS      these faults alone: sse-padded,no-cursor (--list shows them)
      --claims IDS       besides a fault's own claim look at these: 2,14; "own": at none
      --all              look at claims 17 and 18 too, which take longest: 40 minutes
      --no-browser       leave out what is measured on the page /claims.html
      --list             the faults and their claims
      --count FILE       append PASSED FAILED SKIPPED to this
      --help             this

PUSHLAB names the server (build/server/pushlab); what else is needed lies beside it. Claims that
change unlooked-for are measured again, without the fault and with it, up to twice: what a busy
machine did does not come twice. Exit status 0: all as it should be; 1: not; 130: Ctrl-C.
`;

const TRIES = 3;
const LONG = [17, 18]; // claims that take long
const ON_PAGE_TOO = ["no-cursor", "holds-cut"]; // by the bench that stands behind the page

/** The two ways to verdicts: measure(claims, fault) resolves to {claim: verdict}. */
const measurers = { bench: new Bench(), page: new Page(() => onInterrupt(tidy)) };

async function main() {
  const options = readOptions();
  const all = await listFaults();
  if (options.list) return void all.forEach(({ name, claim, text }) => console.log(`${name.padEnd(18)} ${claim}  ${text}`));
  const steps = plan(choose(all, options.only), options);
  const plain = {};
  const results = [];
  header();
  for (const [i, step] of steps.entries()) {
    progress(`${i + 1}/${steps.length} ${step.fault.name}, ${step.by}: claims ${step.ids.join(" ")}`);
    results.push(await run(step, (plain[step.by] ??= {})));
    row(results.at(-1));
  }
  const failed = results.filter(({ good }) => good === false).length;
  const skipped = results.filter(({ good }) => good === null).length;
  const claims = new Set(results.filter(({ good }) => good).map(({ step }) => step.fault.claim));
  if (options.count) appendFileSync(options.count, `${results.length - failed - skipped} ${failed} ${skipped}\n`);
  console.log(`\nclaims whose verdict follows the server: ${claims.size}; faults that do not do as they should: ${failed}`);
  process.exitCode = failed ? 1 : 0;
}

function readOptions() {
  const flag = { type: "boolean" };
  const text = { type: "string" };
  const options = { help: flag, list: flag, all: flag, "no-browser": flag, only: text, claims: text, count: text };
  try {
    const { values } = parseArgs({ options });
    if (values.claims && !/^(own|\d+(,\d+)*)$/.test(values.claims)) fail(`--claims takes numbers, 2,14, or "own"; not ${values.claims}`);
    if (!values.help) return values;
    process.stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    fail(`${error.message}; --help lists the options`);
  }
}

function fail(text) {
  console.error(`faults: ${text}`);
  process.exit(2);
}

function choose(all, only) {
  if (!only) return all;
  return only.split(",").map((name) => all.find((fault) => fault.name === name) ?? fail(`no fault "${name}"; --list shows them`));
}

/** [{fault, by, ids}]: a fault's own claim first, then the others that are looked at. */
function plan(faults, options) {
  const steps = [];
  for (const fault of faults) {
    const lives = PAGE_IDS.includes(fault.claim);
    if (!lives) steps.push({ fault, by: "bench", ids: ids(fault, Bench.ids, options) });
    if (options["no-browser"]) continue;
    if (lives) steps.push({ fault, by: "page", ids: ids(fault, PAGE_IDS, options) });
    else if (ON_PAGE_TOO.includes(fault.name)) steps.push({ fault, by: "page", ids: [fault.claim] });
  }
  return steps;
}

function ids({ claim }, all, { claims, all: long }) {
  if (claims === "own") return [claim];
  const wanted = claims ? claims.split(",").map(Number) : all.filter((id) => long || !LONG.includes(id));
  return [claim, ...all.filter((id) => id !== claim && wanted.includes(id))];
}

/** plain: the verdicts without a fault, as far as they are known. */
async function run(step, plain) {
  const { fault, by } = step;
  const measurer = measurers[by];
  const skip = await measurer.missing();
  if (skip) return { step, good: null, skip };
  const lacking = step.ids.filter((id) => !plain[id]);
  if (lacking.length) Object.assign(plain, await measurer.measure(lacking));
  const without = { ...plain };
  const seen = await measurer.measure(step.ids, fault.name);
  const doubtful = new Set();
  for (let tries = 1; tries < TRIES && wrong(step, without, seen).length; tries++) {
    const again = wrong(step, without, seen);
    again.forEach((id) => doubtful.add(id));
    progress(`again, since it was not as it should be: ${fault.name}, claims ${again.join(" ")}`);
    Object.assign(without, await measurer.measure(again));
    Object.assign(seen, await measurer.measure(again, fault.name));
  }
  const bad = wrong(step, without, seen);
  return { step, good: bad.length === 0, without, seen, others: bad.filter((id) => id !== fault.claim), doubtful: [...doubtful] };
}

/** Claims that changed and should not have, or the other way round, or have no verdict. */
function wrong({ fault, ids: looked }, without, seen) {
  return looked.filter((id) => {
    const known = without[id] && seen[id] && without[id] !== "unknown" && seen[id] !== "unknown";
    return !known || (without[id] !== seen[id]) !== (id === fault.claim);
  });
}

// ---- what is shown ----

const COLUMNS = [7, 18, 7, 15, 15];
const line = (...cells) => cells.map((cell, i) => String(cell).padEnd(COLUMNS[i] ?? 0)).join(" ");

function header() {
  console.log(line("claim", "fault", "by", "without", "with", "others changed"));
}

function row({ step, good, skip, without, seen, others, doubtful }) {
  clear();
  const { claim, name } = step.fault;
  if (skip) return console.log(line(claim, name, step.by, "SKIP", skip));
  const none = step.ids.length > 1 ? `none of ${step.ids.length - 1}` : "not looked at";
  const changed = others.map((id) => `${id}: ${without[id]} -> ${seen[id]}`).join(", ") || none;
  const note = (good ? "" : "  <= WRONG") + (doubtful.length ? ` (measured again: ${doubtful.join(", ")})` : "");
  console.log(line(claim, name, step.by, without[claim] ?? "none", seen[claim] ?? "none", changed + note));
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`);
}

function clear() {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}

async function tidy() {
  clear();
  await measurers.page.close();
}

onInterrupt(tidy);
try {
  await main();
} catch (error) {
  if (!interrupted()) console.error(`faults: ${error.message}`);
  process.exitCode = 1;
}
if (!interrupted()) {
  await tidy();
  await end();
}
