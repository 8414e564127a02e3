// SPDX-License-Identifier: MIT
// Devices in a class are some years old: the pages use nothing that Safari 16.0, Chrome 108 or Firefox
// ESR 115 lack. What is known to be newer, and likely to be written without a thought; needs no browser.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "./lib/lab_server.mjs";

const WEB = path.join(ROOT, "web");

/** The first versions of Safari, Chrome and Firefox that have it, by MDN's data. */
const NEWER = [
  ["17.4, 116, 124", /\bAbortSignal\.any\(/],
  ["17.4, 119, 121", /\bPromise\.withResolvers\(/],
  ["18.2, 128, 134", /\bPromise\.try\(/],
  ["17, 120, 115", /\bURL\.(canParse|parse)\(/],
  ["17.4, 117, 119", /\b(Object|Map)\.groupBy\(/],
  ["16.4, 121, 115", /\bArray\.fromAsync\(/],
  ["17, 122, 127", /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/],
  ["18.4, 122, 131", /\.(keys|values|entries)\(\)\s*\.(map|filter|find|some|every|reduce|flatMap|forEach|take|drop|toArray)\(/],
  ["18.2, 140, 133", /\bUint8Array\.from(Base64|Hex)\(|\.to(Base64|Hex)\(\)/],
  ["18, 132, 128", /\b(response|answer|blob)\.bytes\(\)/],
  ["27, 124, 110", /for await \(.* of \w+(\.\w+)*\.body\)/],
  ["none, 47, 55", /\brequestIdleCallback\(/],
  ["16.4, 69, 105", /\bOffscreenCanvas\b/],
  ["16.4, 62, 78", /\(\?<[=!]/],
  ["16.4, 94, 93", /^\s*static \{/m],
  ["17.2, 123, 138", /^\s*import .* with \{/m],
  ["17, 114, 125", /\bpopover\b|\.(show|hide|toggle)Popover\(/],
  ["17.2, 120, 117", /^\s+&[\s.:[>]/m],
  ["17.5, 123, 120", /\blight-dark\(/],
];

test("nothing that older browsers lack", () => {
  const files = readdirSync(WEB, { recursive: true }).filter((name) => /\.(js|css|html)$/.test(name));
  assert.ok(files.length > 100);
  for (const file of files) {
    const text = readFileSync(path.join(WEB, file), "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    for (const [since, pattern] of NEWER) {
      assert.equal(pattern.exec(text)?.[0], undefined, `web/${file}: since Safari, Chrome, Firefox ${since}`);
    }
  }
});
