// SPDX-License-Identifier: MIT
//
// Guests: pages of other origins, each in a frame. They come from this very server, by doors of the
// relay: another port is another origin, and the other name of this machine is another site.

import { h } from "../dom.js";
import { sayAttribute } from "../i18n.js";

const PAGE = "/origins/guest.html";
const OTHER_NAME = { localhost: "127.0.0.1", "127.0.0.1": "localhost" };

export class Guest {
  #waiting = new Map();
  #ready;

  /** allowed: what it reads is no leak. origin: where its page comes from. */
  constructor(name, origin, { allowed = false, sandbox = false } = {}) {
    this.name = name;
    this.allowed = allowed;
    this.origin = sandbox ? "null" : origin;
    const { theme } = document.documentElement.dataset;
    this.frame = h("iframe", { src: `${origin}${PAGE}?theme=${theme}`, sandbox: sandbox ? "allow-scripts" : null });
    sayAttribute(this.frame, "title", `origin_guest.${name}`);
    this.#ready = new Promise((resolve) => {
      addEventListener("message", ({ source, data }) => {
        if (source !== this.frame.contentWindow) return;
        if ("guest" in data) resolve();
        else this.#waiting.get(data.id)?.(data.outcome);
        this.#waiting.delete(data.id);
      });
    });
  }

  /** Resolves to what its page has seen, see guest.js. */
  async ask(id, way, url) {
    await this.#ready;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.frame.contentWindow.postMessage({ id, way, url }, "*");
    });
  }
}

/** doors: the relay's, or null: then there are only those that need none. */
export function makeGuests(doors) {
  const portOf = (name) => new URL(doors.door(`~${name}`).url).port;
  const guests = [new Guest("same", location.origin, { allowed: true })];
  const other = OTHER_NAME[location.hostname];
  if (other && doors?.door("~stranger")) {
    guests.push(new Guest("friend", `http://${location.hostname}:${portOf("friend")}`, { allowed: true }));
    guests.push(new Guest("port", `http://${location.hostname}:${portOf("stranger")}`));
    guests.push(new Guest("site", `http://${other}:${portOf("stranger")}`));
  }
  return [...guests, new Guest("null", location.origin, { sandbox: true })];
}
