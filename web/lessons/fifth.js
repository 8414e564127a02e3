// SPDX-License-Identifier: MIT
//
// Fifth: the steps to a transport of one's own. The same steps stand in transports/README.md.

import { h } from "../dom.js";
import { say } from "../i18n.js";
import { listing } from "./parts.js";

const STEPS = {
  copy: "sed 's/ndjson/mine/g; s/NDJSON/Mine/g' transports/ndjson.c > transports/mine.c",
  build: "  'mine': ['mine.c'],\n\n./dev build",
  run: "./dev run --transport build/transports/mine.so\ncurl -N localhost:8765/mine/clock",
  client: `sed 's/"ndjson"/"mine"/; s/Ndjson/Mine/' web/transports/ndjson.js > web/transports/mine.js`,
  subscriber: 'class Mine(Ndjson):\n    name = "mine"\n\n    "mine": Mine,\n\n    return options + module_options("ndjson", "mine", *PAGES)',
  contract: "./dev test contract -- -k mine",
  change: "",
};

export async function fifth() {
  const items = Object.entries(STEPS).map(([name, code]) =>
    h("li", {}, say(h("span"), `fifth.${name}`), code ? listing(code) : null));
  const example = await (await fetch("/transports/ndjson.js")).text();
  const client = h("details", {}, h("summary", { translate: "no" }, "web/transports/ndjson.js"), listing(example));
  return [say(h("h2", { class: "part" }), "fifth.steps"), h("ol", { class: "steps" }, ...items), client];
}
