// SPDX-License-Identifier: MIT
//
// The origin lab: pages of several origins ask this server in every way that there is; beside each
// other stand what the server has seen and what the page got to see. Every request is a real one.

import { byId, h } from "./dom.js";
import { tellMissing } from "./home.js";
import { say } from "./i18n.js";
import { Doors } from "./lab/doors.js";
import { Account, randomHex } from "./origins/account.js";
import { Evidence } from "./origins/evidence.js";
import { Grid } from "./origins/grid.js";
import { makeGuests } from "./origins/guests.js";
import { Heads } from "./origins/heads.js";
import { ASKING, STEALING } from "./origins/ways.js";
import { startPage } from "./page.js";
import { post } from "./pushlab/publish.js";

const own_topic = `origins.${randomHex(6)}`;

startPage("origins.title");
start();

async function start() {
  const doors = await Doors.find().catch(() => null);
  tellMissing(byId("no-doors"), !doors);
  const guests = makeGuests(doors);
  const heads = new Heads(byId("heads"));
  const evidence = new Evidence((id) => grids.forEach((grid) => grid.seen(id)), showProblem);
  const grids = [ASKING, STEALING].map((rows) => new Grid(rows, guests, evidence, (cell) => heads.show(cell)));
  layOut(guests, grids);
  await post({ topic: own_topic, data: "a message of this page" });
  await evidence.start();
  startAsking(grids[0]);
  heads.show(grids[0].cell("get", guests.length > 2 ? "port" : "null"));
  await startStealing(grids[1]);
  addEventListener("pagehide", () => evidence.stop());
  addEventListener("pageshow", (event) => event.persisted && evidence.goOn());
}

function showProblem(problem) {
  byId("problem").hidden = !problem;
  if (problem) say(byId("problem"), problem.key, problem.args);
}

function layOut(guests, grids) {
  const heads = guests.map((guest) => {
    const title = say(h("b"), `origin_guest.${guest.name}`);
    return h("th", { scope: "col" }, title, say(h("small"), `origin_guest_about.${guest.name}`), guest.frame);
  });
  byId("guests").append(say(h("th"), "origins.who"), ...heads);
  byId("asking").append(...grids[0].bodies);
  byId("stealing").append(...grids[1].bodies);
}

function startAsking(grid) {
  const ask = () => {
    const common = byId("asked").value; // its pictures are large: one will do
    const what = common ? { topic: common, since: "-1", common: true } : { topic: own_topic, since: "first" };
    busy(byId("again"), grid.run(what));
  };
  byId("again").addEventListener("click", ask);
  byId("asked").addEventListener("change", ask);
  const forge = `curl -i -N -H 'Origin: ${location.origin}' \\
     -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\
     -H 'Sec-WebSocket-Version: 13' \\
     -H 'Sec-WebSocket-Key: cHVzaGxhYi1wdXNobGFiIQ==' \\
     '${location.origin}/websocket/${own_topic}?since=first'`;
  byId("forged").textContent = forge;
  ask();
}

async function startStealing(grid) {
  const account = new Account();
  await account.open();
  byId("secret").textContent = account.secret;
  const attack = () => {
    account.logIn(byId("same-site").value);
    busy(byId("attack"), grid.run({}));
  };
  byId("attack").addEventListener("click", attack);
  byId("same-site").addEventListener("change", attack);
  addEventListener("pagehide", () => account.leave());
  attack();
}

async function busy(button, work) {
  button.disabled = true;
  await work;
  button.disabled = false;
}
