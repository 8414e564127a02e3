// SPDX-License-Identifier: MIT
// What people need of every page, whatever it is about: each control has a name that can be read to
// them, and each text stands out from its ground, by light and by dark.
import assert from "node:assert/strict";
import { startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

// Not /origins.html: its buttons are named by what has come of asking, which takes doors.
const PAGES = [
  "/", "/pictures.html", "/chat.html", "/wire.html", "/heartbeat.html", "/connections.html",
  "/compat.html", "/doctor.html", "/ladder.html", "/lessons.html", "/claims.html", "/class.html",
];

export const serve = () => startLab("--class", "--lab", "--feed", "none");

const ready = (tab) => tab.evaluate(() => document.documentElement.dataset.ready === "" && document.querySelectorAll("main *").length > 20);

/** Runs in the page: controls without a name. */
function nameless() {
  const named = (element) =>
    [element.getAttribute("aria-label"), element.title, element.alt, element.textContent,
      ...(element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
      ...[...(element.labels ?? [])].map(({ textContent }) => textContent),
    ].some((text) => text?.trim());
  const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, dialog")];
  // What is hidden may have no words yet, and a select's own text is what it offers.
  const shown = controls.filter((element) => element.offsetParent !== null);
  return shown.filter((element) => !named(element) || (element.matches("select") && !element.labels.length && !element.ariaLabel))
    .map((element) => element.outerHTML.slice(0, 100));
}

/** Runs in the page: its fixed texts that have less contrast than WCAG's 4.5 : 1, or 3 : 1 for large ones. */
function faint() {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const linear = (part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const ground = (element) => {
    const found = colour(getComputedStyle(element).backgroundColor);
    return found[3] === 255 || !element.parentElement ? found : ground(element.parentElement);
  };
  const contrast = (element, { color }) => {
    const [less, more] = [light(colour(color)), light(ground(element))].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };
  const found = [];
  for (const element of document.querySelectorAll("[data-i18n]:not(option), nav a")) {
    const style = getComputedStyle(element);
    if (element.offsetParent === null || element.closest(":disabled") || !element.textContent.trim()) continue;
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(element, style);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} : 1, ${element.textContent.slice(0, 40)}`);
  }
  return found;
}

export function cases(test, own) {
  test("every control has a name, every text stands out", async ({ open }) => {
    const tab = await open(own.server.http + "/class.html?lang=en");
    tab.allow(/./); // what a page that is left in the middle of its work complains of is another case's
    for (const page of PAGES) {
      await tab.open(`${own.server.http}${page}?theme=light`);
      await until(() => ready(tab), (is) => is, `${page} at work`);
      await until(() => tab.evaluate(nameless), (left) => left.length === 0, `a name for each control of ${page}`);
      assert.deepEqual(await tab.evaluate(faint), [], `${page} by light`);
      await tab.evaluate(() => (document.documentElement.dataset.theme = "dark"));
      assert.deepEqual(await tab.evaluate(faint), [], `${page} by dark`);
    }
  });
}
