// SPDX-License-Identifier: MIT
//
// Heads: what went over the wire for the cell that was chosen, its telling lines marked.

import { h } from "../dom.js";
import { say } from "../i18n.js";

const TELLING = /^(Origin|Cookie|Sec-Fetch-Site|Access-Control-[\w-]+|Upgrade|HTTP\/1)\b/i;

export class Heads {
  #element;
  #cell = null;

  constructor(element) {
    this.#element = element;
    say(element, "origins.choose");
  }

  show(cell) {
    if (this.#cell) {
      this.#cell.onChange = null;
      this.#cell.element.removeAttribute("aria-pressed");
    }
    this.#cell = cell;
    cell.element.setAttribute("aria-pressed", "true");
    cell.onChange = () => this.#draw();
    this.#draw();
  }

  #draw() {
    const { row, guest, outcome, exchanges } = this.#cell;
    const title = h("h2", {}, say(h("span", { translate: "no" }), `origin_way.${row.name}`), " · ", say(h("span"), `origin_guest.${guest.name}`));
    const got = outcome?.read ? outcome.text.slice(0, 300) : (outcome?.error || "…");
    const page = h("div", {}, say(h("h3"), "origins.page_has"), h("pre", { tabindex: "0" }, got));
    const server = exchanges.map(({ request, answer }) =>
      h("div", {}, say(h("h3"), "origins.server_has"), h("pre", { tabindex: "0" }, ...lines(request), ...lines(answer))));
    if (server.length === 0) server.push(say(h("p", { class: "about" }), "origins.server_nothing"));
    delete this.#element.dataset.i18n;
    this.#element.replaceChildren(title, ...server, page);
  }
}

function lines(head) {
  return head.split("\r\n").map((line) => (TELLING.test(line) ? h("mark", {}, `${line}\n`) : `${line}\n`));
}
