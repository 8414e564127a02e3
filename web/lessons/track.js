// SPDX-License-Identifier: MIT
//
// Track: a script for the teacher, step by step: how long, what to open, what to ask before, what
// will be seen, which claims that shows. All steps open in one tab, each in place of the one before:
// tabs that stayed open would hold the browser's six connections, and the last steps would get none.

import { h } from "../dom.js";
import { say } from "../i18n.js";
import { claimLinks, titleRow } from "./parts.js";
import { STEPS, TRACKS } from "./tracks.js";

const STEP_TAB = "pushlab-step";

export function showTrack(main, { minutes, steps }) {
  let begins = 0;
  const items = Object.entries(steps).map(([name, takes]) => {
    begins += takes;
    return step(name, begins - takes, begins);
  });
  const others = TRACKS.filter((other) => other.minutes !== minutes).map((other) =>
    say(h("a", { href: `/lessons.html?track=${other.minutes}` }), "lessons.minutes", { minutes: other.minutes }));
  main.append(
    titleRow("lessons.track_heading", `lessons.track_${minutes}`, { minutes }),
    say(h("p", { class: "notice plain" }), "lessons.before"),
    h("ol", { class: "script" }, ...items),
    h("p", { class: "turns" }, say(h("a", { href: "/lessons.html" }), "lessons.all"), ...others),
  );
}

function step(name, from, to) {
  const { open, claims } = STEPS[name];
  const part = (kind) => h("p", {}, say(h("b"), `lessons.step_${kind}`), " ", say(h("span"), `step.${name}_${kind}`));
  return h("li", { class: "panel" },
    h("p", { class: "when" }, say(h("span"), "lessons.from_to", { from, to })),
    h("div", { class: "step" },
      h("h2", {}, say(h("span"), `step.${name}_title`)),
      part("ask"), part("do"), part("see"), claimLinks(claims)),
    h("p", { class: "open" }, say(h("a", { class: "go", href: open, target: STEP_TAB }), "lessons.step_open"), h("code", { translate: "no" }, open)));
}
