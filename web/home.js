// SPDX-License-Identifier: MIT
//
// Home: what this server has beside it, doors and a bench, takes commands from pages of its own
// machine alone. A page that was opened at another address goes without, and says where it would be.

import { say } from "./i18n.js";

const AT_HOME = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
let away = false;

/** GET /lab; without `doors` and `bench` when they are not to be had from here. */
export async function askLab() {
  const { doors, bench, ...lab } = await (await fetch("/lab", { cache: "no-store" })).json();
  away = !AT_HOME && Boolean(doors || bench);
  return AT_HOME ? { ...lab, doors, bench } : lab;
}

/** Shows the notice when something is missing. Its own text is for a server that has no such thing. */
export function tellMissing(notice, missing) {
  notice.hidden = !missing;
  if (missing && away) say(notice, "page.away", { page: `http://localhost:${location.port}${location.pathname}` });
}
