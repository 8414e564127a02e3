// SPDX-License-Identifier: MIT
// The table of strings: every language has every string, with the same places to fill, and the
// pages ask for no string that is not there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "./lib/lab_server.mjs";

const WEB = path.join(ROOT, "web");
const LANGUAGES = ["en", "zh"];

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(place) : [place];
  });
}

/** [[file, key, {en, zh}]…], in the order of the files, so that a key that stands twice shows. */
async function rows() {
  const files = filesOf(path.join(WEB, "strings"));
  const tables = files.map(async (file) => {
    const code = readFileSync(file, "utf8");
    const { default: table } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    return Object.entries(table).map(([key, row]) => [path.basename(file), key, row]);
  });
  return (await Promise.all(tables)).flat();
}

const places = (string) => [...string.matchAll(/\{\w+\}|`[^`]+`/g)].map(String).sort();

test("every string is there in every language, with the same places to fill", async () => {
  for (const [file, key, row] of await rows()) {
    assert.deepEqual(Object.keys(row), LANGUAGES, `${file}: ${key}`);
    for (const language of LANGUAGES) assert.ok(row[language].trim(), `${file}: ${key} in ${language}`);
    assert.deepEqual(places(row.zh), places(row.en), `${file}: ${key}`);
  }
});

test("no string stands in two files", async () => {
  const keys = (await rows()).map(([, key]) => key);
  assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), []);
});

test("the pages use the strings that are there, and no others", async () => {
  const keys = (await rows()).map(([, key]) => key);
  const groups = new Set(keys.map((key) => key.split(".")[0]));
  const code = filesOf(WEB)
    .filter((file) => /\.(js|html)$/.test(file) && !file.includes(`${path.sep}strings${path.sep}`))
    .map((file) => readFileSync(file, "utf8"));
  const named = code.flatMap((text) => [...text.matchAll(/["'`](\w+\.\w+)["'`]/g)].map(([, key]) => key));
  const asked = named.filter((key) => groups.has(key.split(".")[0]) && !/\.(js|NAME)$/.test(key));
  assert.deepEqual([...new Set(asked)].filter((key) => !keys.includes(key)), [], "asked for, but not there");
  const made = code.flatMap((text) => [...text.matchAll(/`(\w+\.\w*)\$\{/g)].map(([, start]) => start));
  const figures = keys.filter((key) => !named.includes(key) && !made.some((start) => key.startsWith(start)));
  assert.deepEqual(figures, [], "there, but never asked for");
});
