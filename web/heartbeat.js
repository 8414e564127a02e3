// SPDX-License-Identifier: MIT
//
// The heartbeat lab: probe, timer, reply, declared dead, from both ends of a way that can fall silent;
// and a router that forgets. `?interval=S&timeout=S` set the page's heart, `?forgets=S` the router.

import { byId, setText } from "./dom.js";
import { Hearts } from "./heartbeat/hearts.js";
import { Nat } from "./heartbeat/nat.js";
import { Trials } from "./heartbeat/trials.js";
import { Way } from "./heartbeat/way.js";
import { askLab, tellMissing } from "./home.js";
import { number, onLanguage, say } from "./i18n.js";
import { Doors } from "./lab/doors.js";
import { startPage } from "./page.js";
import { followServerClock } from "./server_time.js";

const REDRAW_MS = 60;
const query = new URLSearchParams(location.search);
let hearts = null;
let nat = null;

startPage("heartbeat.title");
start();

async function start() {
  for (const name of ["interval", "timeout"]) startSlider(byId(name), query.get(name));
  const lab = await askLab();
  const doors = lab.doors ? await Doors.find().catch(() => null) : null;
  const usable = doors?.door("~heart") ? doors : null;
  tellMissing(byId("no-lab"), !usable);
  await followServerClock();
  const server = { interval_ms: lab.heartbeat_ms, timeout_ms: lab.heartbeat_timeout_ms };
  sayServer(server);
  hearts = new Hearts(server, settings(), new Trials(byId("trials")), lab.lab);
  byId("lanes").append(...Object.values(hearts.lanes).map(({ element }) => element));
  if (usable) {
    await new Way(usable, hearts).start();
    if (usable.door("~nat")) nat = new Nat(usable);
  }
  await hearts.start(usable ? Way.originOf(usable) : "");
  requestAnimationFrame(draw);
  addEventListener("pagehide", () => [hearts, nat].forEach((one) => one?.leave()));
  addEventListener("pageshow", (event) => event.persisted && hearts.comeBack());
}

function settings() {
  return { interval_ms: byId("interval").valueAsNumber * 1000, timeout_ms: byId("timeout").valueAsNumber * 1000 };
}

function startSlider(slider, wanted) {
  if (wanted !== null) slider.value = wanted;
  const show = () => setText(slider.nextElementSibling, `${number(slider.valueAsNumber, 1, true)} s`);
  slider.addEventListener("input", show);
  slider.addEventListener("change", () => hearts?.configure(settings()));
  onLanguage(show);
  show();
}

function sayServer({ interval_ms, timeout_ms }) {
  say(byId("server-heart"), "heartbeat.server_heart", { interval: interval_ms / 1000, timeout: timeout_ms / 1000 });
}

let drawn_ms = 0;

function draw(now_ms) {
  requestAnimationFrame(draw);
  if (now_ms - drawn_ms < REDRAW_MS) return;
  drawn_ms = now_ms;
  hearts.draw(Number(byId("window").value) * 1000);
}
