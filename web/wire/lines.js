// SPDX-License-Identifier: MIT
//
// Lines: the connections that this page opens to be looked at, one for each transport that is
// switched on; and what is said over them.

import { byId, h } from "../dom.js";
import { has, say, t } from "../i18n.js";

const SHORT_POLL_MS = 3000;

export class Lines {
  #key;
  #clients = new Map(); // name -> client class
  #running = new Map(); // name -> client

  constructor(key, list, wanted) {
    this.#key = key;
    for (const { name, client } of list) if (client) this.#addSwitch(name, client, wanted.includes(name));
    byId("topic").addEventListener("change", () => this.restart());
    byId("lines").addEventListener("submit", (event) => event.preventDefault());
    byId("speak").addEventListener("submit", (event) => this.#post(event));
    byId("frame").addEventListener("click", () => this.#frame());
    byId("ping").addEventListener("click", () => this.#running.get("websocket")?.probe());
  }

  stop() {
    for (const client of this.#running.values()) client.stop();
  }

  goOn() {
    for (const client of this.#running.values()) client.start(client.cursor);
  }

  #addSwitch(name, client, on) {
    this.#clients.set(name, client);
    const box = h("input", { type: "checkbox", name, onchange: () => this.#set(name, box.checked) });
    const title = h("span", {}, name);
    byId("transports").append(h("label", { class: "check", "data-transport": name }, box, title));
    if (has(`transport.${name}`)) say(title, `transport.${name}`);
    box.checked = on;
    if (on) this.#set(name, true);
  }

  #set(name, on) {
    this.#running.get(name)?.stop();
    this.#running.delete(name);
    if (on) this.#open(name);
    this.#enable();
  }

  #open(name) {
    const options = { wire: this.#key, interval_ms: SHORT_POLL_MS };
    const client = new (this.#clients.get(name))(byId("topic").value, options, { onState: () => this.#enable() });
    this.#running.set(name, client);
    client.start("now");
  }

  /** Opens all lines anew. */
  restart() {
    for (const name of [...this.#running.keys()]) this.#set(name, true);
  }

  #enable() {
    const open = this.#running.get("websocket")?.state === "open";
    byId("frame").disabled = byId("ping").disabled = !open;
  }

  async #post(event) {
    event.preventDefault();
    await this.#say(async (data) => {
      const response = await fetch(`/publish/chat?wire=${this.#key}`, {
        method: "POST", headers: { "Content-Type": "text/plain; charset=utf-8" }, body: data,
      });
      if (!response.ok) throw new Error((await response.json()).error);
    });
  }

  async #frame() {
    await this.#say((data) => this.#running.get("websocket").publish({ topic: "chat", type: "text", data }));
  }

  async #say(send) {
    const problem = byId("speak-problem");
    try {
      await send(byId("text").value || t("wire.sample"));
      problem.textContent = "";
    } catch (error) {
      say(problem, "wire.not_sent", { text: error.message });
    }
  }
}
