// SPDX-License-Identifier: MIT
//
// The class page: a lesson with students on devices of their own. Who opens it with the token that
// the server printed is the teacher, everybody else a student. The token stands behind # in the
// teacher's address, so it is sent to nobody; it is taken out of sight at once, since the address bar
// may be on a projector, and lasts as long as this tab.

import { startStudent } from "./class/student.js";
import { startTeacher } from "./class/teacher.js";
import { byId } from "./dom.js";
import { say } from "./i18n.js";
import { startPage } from "./page.js";

const AGAIN_MS = 3000;
const KEPT = "pushlab.teacher";

startPage("class.title");
addEventListener("hashchange", () => shownToken() && location.reload()); // of itself, what stands behind # opens no page anew
start();

async function start() {
  const token = takeToken();
  const info = await fetch("/class").then((response) => response.json()).catch(() => null);
  byId("problem").hidden = info !== null;
  if (!info) {
    trouble("class.no_server");
    setTimeout(start, AGAIN_MS);
    return;
  }
  if (!info.class) return trouble("class.no_class");
  if (token) startTeacher(token, info.addresses, { onWrongToken: () => forget() });
  else startStudent(info.own);
}

function trouble(key) {
  say(byId("problem"), key).hidden = false;
}

function shownToken() {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

function takeToken() {
  const shown = shownToken();
  history.replaceState(null, "", location.pathname + location.search);
  try {
    if (shown) sessionStorage.setItem(KEPT, shown);
    return shown ?? sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return shown ?? ""; // storage can be forbidden; then a reload needs the address once more
  }
}

function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Then nothing was kept.
  }
  trouble("class.wrong_token");
}
