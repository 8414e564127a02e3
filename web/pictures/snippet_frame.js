// SPDX-License-Identifier: MIT
//
// Snippet frame: shows the tutorial's client as the file that it is, and runs that file in a frame
// of its own, which it fills with pictures. The code names localhost:8765; where this page comes
// from another port, a version that differs in the address alone is shown and run.

import { byId, h } from "../dom.js";
import { say } from "../i18n.js";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export async function startSnippet() {
  const here = location.port === "8765" && LOOPBACK.includes(location.hostname);
  const running = here ? "snippet" : "snippet_here";
  const files = here ? ["snippet"] : ["snippet", "snippet_here"];
  byId("sources").append(...(await Promise.all(files.map((name) => source(name, name === running)))));
  if (!here) note();
  startFrame(running);
}

function note() {
  byId("port-note").hidden = false;
  say(byId("port-note"), "pictures.port_note", { host: location.host });
}

/** The text of the very file that runs. */
async function source(name, runs) {
  const code = await (await fetch(`/${name}.js`)).text();
  const title = say(h("strong"), name === "snippet" ? "pictures.original" : "pictures.adapted");
  const figure = h(
    "figure",
    { class: "source" },
    h("figcaption", {}, title, h("span", {}, `${name}.js`)),
    h("pre", { tabindex: "0" }, markAddress(code)),
  );
  if (runs) figure.dataset.running = "";
  return figure;
}

function markAddress(code) {
  const [before, call, address, after] = code.split(/(new WebSocket\()(.*?)(?=\);)/);
  return h("code", {}, before + call, h("mark", {}, address), after);
}

function startFrame(name) {
  const frame = byId("snippet-frame");
  const button = byId("snippet-button");
  let runs = false;
  const toggle = () => {
    runs = !runs;
    frame.src = runs ? `/${name}.html` : "about:blank";
    say(button, runs ? "pictures.stop" : "pictures.start");
  };
  say(byId("running"), "pictures.running", { file: `${name}.js` });
  frame.addEventListener("load", () => runs && followPictures(frame));
  button.addEventListener("click", toggle);
  toggle();
}

/** Keeps the newest picture in sight and says how the page grows. */
function followPictures(frame) {
  const { body, documentElement: root } = frame.contentDocument;
  const empty_height = root.scrollHeight;
  const update = () => {
    const count = body.querySelectorAll("img").length;
    root.scrollTop = root.scrollHeight;
    if (count === 0) return say(byId("appended"), "pictures.appended_none");
    say(byId("appended"), "pictures.appended", { count, height: Math.max(0, root.scrollHeight - empty_height) });
  };
  body.addEventListener("load", update, true);
  update();
}
