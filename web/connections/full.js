// SPDX-License-Identifier: MIT
//
// Full: a small server beside this one, and what its clients see once all its places are taken.

import { byId, h, setText } from "../dom.js";
import { number, onLanguage, say, t } from "../i18n.js";

const DOOR = "~small";
const MOST = 64; // places tried at most: another server than ours may have many
const TOPIC = `lab.full.${Math.random().toString(36).slice(2, 8)}`;

export class Full {
  #origin;
  #sockets = [];
  #source = null;
  #asked = {}; // what each has seen last: {key, args}

  constructor(doors) {
    this.#origin = doors.originOf(DOOR);
    const press = (id, work) => {
      byId(id).disabled = false;
      byId(id).addEventListener("click", work);
    };
    press("full-fill", () => this.#fill());
    press("full-poll", () => this.#poll());
    press("full-stream", () => this.#stream());
    press("full-socket", () => this.#tryPlace());
    press("full-leave", () => this.#leaveOne());
    onLanguage(() => this.#show());
    this.#show();
  }

  leave() {
    for (const socket of this.#sockets) socket.close();
    this.#source?.close();
    this.#sockets = [];
    this.#source = null;
    this.#show();
  }

  async #fill() {
    byId("full-fill").disabled = true;
    while (this.#sockets.length < MOST && (await this.#take()));
    byId("full-fill").disabled = false;
  }

  /** Whether there was a place. */
  #take() {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.#origin.replace(/^http/, "ws")}/websocket/${TOPIC}`);
      socket.onopen = () => {
        this.#sockets.push(socket);
        this.#show();
        resolve(true);
      };
      socket.onclose = ({ code }) => {
        this.#sockets = this.#sockets.filter((one) => one !== socket);
        this.#show();
        resolve(code);
      };
    }).then((outcome) => outcome === true || this.#note("socket", "full_socket", { code: String(outcome) }));
  }

  async #tryPlace() {
    if (await this.#take()) this.#note("socket", "full_place");
  }

  #leaveOne() {
    this.#sockets.pop()?.close();
    this.#show();
  }

  async #poll() {
    try {
      const response = await fetch(`${this.#origin}/short_poll/${TOPIC}?since=now&close=1`, { cache: "no-store" });
      const retry = response.headers.get("Retry-After") ?? "–";
      const { error = "" } = await response.json();
      this.#note("poll", response.ok ? "full_answered" : "full_refused", { status: String(response.status), retry, text: error });
    } catch (error) {
      this.#note("poll", "full_failed", { text: error.message });
    }
  }

  #stream() {
    this.#source?.close();
    const since_ms = performance.now();
    let tries = 0;
    const source = (this.#source = new EventSource(`${this.#origin}/sse/${TOPIC}?canary=1`));
    /* A full house answers 200, too, and ends; who is let in gets the canary first. */
    source.onerror = () => this.#note("stream", source.readyState === EventSource.CLOSED ? "full_gone" : "full_waits", { tries: ++tries });
    source.addEventListener("canary", () => this.#note("stream", "full_in", { seconds: number((performance.now() - since_ms) / 1000, 0) }));
    this.#note("stream", "full_asks");
  }

  /** Always false, for whoever asks whether there was a place. */
  #note(who, key, args = {}) {
    this.#asked[who] = { key, args };
    this.#show();
    return false;
  }

  #show() {
    const places = this.#sockets.map((_, i) => h("span", { class: "place" }, number(i + 1)));
    byId("full-places").replaceChildren(...places);
    byId("full-places").dataset.taken = places.length;
    setText(byId("full-taken"), t("connections.full_taken", { count: places.length }));
    byId("full-leave").disabled = places.length === 0;
    for (const who of ["poll", "stream", "socket"]) {
      const { key = "full_unasked", args = {} } = this.#asked[who] ?? {};
      const cell = byId(`full-${who}-said`);
      cell.dataset.said = key;
      say(cell, `connections.${key}`, args);
    }
  }
}
