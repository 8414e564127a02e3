// SPDX-License-Identifier: MIT
//
// The matrix page: which transport gets through which middlebox, as `pushbench compat` has measured
// it, and from when on browsers have what it needs. `?run=products|faults` says which run is shown at
// first, `?care=naive|careful|cured` how careful server and middleboxes are, `?data=PATH` names
// another run on this server, `?year=Y` the year.

import { Browsers } from "./compat/browsers.js";
import { Matrix } from "./compat/matrix.js";
import { showOrders } from "./compat/orders.js";
import { CARES, readRun, TRANSPORTS } from "./compat/run.js";
import { byId, h } from "./dom.js";
import { language, number, onLanguage, say, sayAttribute, t } from "./i18n.js";
import { startPage } from "./page.js";

/** The runs that come with the page: of `compat real`, and of `compat quick`. */
const RUNS = { products: "/compat/matrix.json", faults: "/compat/faults.json" };
const SUPPORT = "/compat/browsers.json";

const query = new URLSearchParams(location.search);
const matrix = new Matrix(byId("matrix"));
let run = null;
let shownRun = query.has("data") ? "" : (Object.keys(RUNS).find((name) => name === query.get("run")) ?? "products");
let care = CARES.includes(query.get("care")) ? query.get("care") : CARES[0];

startPage("compat.title");
prepare();
onLanguage(draw);
await Promise.all([loadRun(query.get("data") ?? RUNS[shownRun], shownRun), loadSupport()]);

function prepare() {
  for (const name of Object.keys(RUNS)) {
    const button = say(h("button", { type: "button", "data-run": name }), `compat.${name}`);
    button.addEventListener("click", () => loadRun(RUNS[name], name));
    byId("runs").append(sayAttribute(button, "title", `compat.${name}_help`));
  }
  for (const name of CARES) {
    const button = say(h("button", { type: "button", "data-care": name }), `compat.${name}`);
    button.addEventListener("click", () => choose(name));
    byId("care").append(button);
  }
  for (const name of TRANSPORTS) {
    const bar = h("div", { class: "bar" }, h("span", { class: "headers" }));
    const count = h("dd", {}, h("b"), h("small"), bar);
    byId("counts").append(h("div", { "data-transport": name }, say(h("dt"), `transport.${name}`), count));
  }
  byId("file").addEventListener("change", ({ target }) => openFile(target.files[0]));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    openFile(event.dataTransfer.files[0]);
  });
}

// ---- what is shown ----

async function readJson(path) {
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.status} ${path}`);
  return answer.json();
}

async function loadRun(path, name) {
  try {
    show(readRun(await readJson(path)), name);
  } catch (error) {
    complain("compat.no_run", { text: error.message });
  }
}

async function openFile(file) {
  if (!file) return;
  try {
    show(readRun(JSON.parse(await file.text())), "");
  } catch (error) {
    complain("compat.no_file", { name: file.name, text: error.message });
  }
}

async function loadSupport() {
  try {
    const browsers = new Browsers(await readJson(SUPPORT), Number(query.get("year")));
    onLanguage(() => browsers.draw());
  } catch (error) {
    complain("compat.no_support", { text: error.message });
  }
}

function complain(key, args) {
  byId("problem").hidden = false;
  say(byId("problem"), key, args);
}

/** name: of RUNS, or empty. */
function show(next, name) {
  byId("problem").hidden = true;
  shownRun = name;
  run = next;
  if (!run.cares.includes(care)) care = run.cares[0];
  matrix.close();
  draw();
}

function choose(name) {
  care = name;
  draw();
}

// ---- drawing ----

function draw() {
  if (!run) return;
  for (const button of byId("runs").children) button.setAttribute("aria-pressed", button.dataset.run === shownRun);
  for (const button of byId("care").children) {
    button.setAttribute("aria-pressed", button.dataset.care === care);
    button.disabled = !run.cares.includes(button.dataset.care);
  }
  say(byId("care-about"), `compat.about_${care}`);
  drawCounts(run.orders[care]);
  matrix.draw(run, care);
  showOrders(run);
  const { date, command_line: command, machine } = run.document;
  const when = new Date(date).toLocaleString(language().tag, { dateStyle: "long", timeStyle: "short" });
  say(byId("run"), "compat.run", { date: when, command, kernel: machine?.kernel ?? "", processors: machine?.processors ?? t("compat.unknown") });
}

function drawCounts(order) {
  for (const place of byId("counts").children) {
    const count = order[place.dataset.transport];
    const [, dd] = place.children;
    const [figure, of, bar] = dd.children;
    figure.textContent = number(count);
    of.textContent = t("compat.of", { all: order.environments });
    bar.firstChild.style.width = `${(100 * count) / order.environments}%`;
  }
}
