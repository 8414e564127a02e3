// SPDX-License-Identifier: MIT
//
// Doors: further ways to this server, through a relay that does what networks and middleboxes do.
// The server says where the relay takes commands (GET /lab); bench/relay/README.md lists them.

import { askLab } from "../home.js";

const TIMEOUT_MS = 10000;

/** What may stand in a doorway: the faults, as the relay's `set` takes them. */
export const THINGS = {
  nothing: {},
  distance: { delay_ms: 40 },
  mobile: { delay_ms: 150, jitter_ms: 50 },
  thin: { delay_ms: 40, rate_bytes_s: "4k" },
  upgrade: { strip_upgrade: true },
  buffer: { buffer_bytes: "all" },
  coalesce: { down: { coalesce_ms: 200 } },
  cache: { naive: true, cache_ms: 10000 },
  http10: { http10: true },
  idle: { idle_cut_ms: 8000 },
  silent: { idle_cut_ms: 8000, idle_how: "drop" },
  nginx: { like: "nginx" },
  haproxy: { like: "haproxy" },
  lighttpd: { like: "lighttpd" },
  varnish: { like: "varnish-cache" },
  caddy: { like: "caddy-encode" },
};

export class Doors {
  #control;
  list = []; // {name, url, faults, frozen…}, as the relay's state has them

  /** null when this server has none for this page. */
  static async find() {
    const { doors: control } = await askLab();
    if (!control) return null;
    const doors = new Doors();
    doors.#control = control;
    await doors.refresh();
    return doors;
  }

  async refresh() {
    this.list = (await this.#command({ get: "state" })).doors;
  }

  /** Those for everybody; the others, `~NAME`, are each for the page that has its name. */
  get common() {
    return this.list.filter(({ name }) => !name.startsWith("~"));
  }

  door(name) {
    return this.list.find((door) => door.name === name);
  }

  /** What may be given as a transport's `through`. */
  originOf(name) {
    return new URL(this.door(name).url).origin;
  }

  /** Puts one of THINGS there. What is done to HTTP is decided when a connection comes, and browsers
   * keep theirs to use them again: so those that are there end. */
  async put(name, thing) {
    await this.set(name, THINGS[thing]);
    await this.act(name, "reset");
  }

  /** Takes all faults away and puts these in their place. */
  async set(name, faults) {
    await this.#command({ door: name, act: "mend" });
    if (Object.keys(faults).length) await this.#command({ door: name, set: faults });
  }

  /** what: reset, cut, freeze or thaw. */
  async act(name, what) {
    await this.#command({ door: name, act: what });
    await this.refresh();
  }

  async #command(command) {
    const response = await fetch(this.#control, {
      method: "POST",
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await response.json();
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
}

/** Which of THINGS it is, as far as its faults tell; "" otherwise. */
export function thingIn(faults) {
  const text = faultsText(faults);
  const wordsOf = (thing) => Object.entries(thing).map(([key, value]) => wordOf(key, value)).join(", ");
  return Object.keys(THINGS).find((name) => wordsOf(THINGS[name]) === text) ?? "";
}

/** The faults that are there, in the relay's own words: "delay_ms 40, strip_upgrade". */
export function faultsText({ up, down, ...both }) {
  const words = [];
  for (const [key, value] of Object.entries(up)) {
    if (isThere(value) && value === down[key]) words.push(wordOf(key, value));
    else words.push(...[["up", value], ["down", down[key]]].filter(([, v]) => isThere(v)).map(([way, v]) => `${way} ${wordOf(key, v)}`));
  }
  for (const [key, value] of Object.entries(both)) {
    const aside = key === "limit_bytes" || (key === "idle_how" && !isThere(both.idle_cut_ms));
    if (isThere(value) && !aside) words.push(wordOf(key, value));
  }
  return words.join(", ");
}

function isThere(value) {
  return value !== null && value !== false && value !== 0;
}

function wordOf(key, value) {
  return value === true ? key : `${key} ${value}`;
}
