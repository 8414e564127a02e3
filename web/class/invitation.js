// SPDX-License-Identifier: MIT
//
// Invitation: how students get here. An address for each network of this computer, as a code and
// short enough to type; a code for the Wi-Fi, made in this page from what is typed and sent to
// nobody; and a light that turns green with the first other device that is through.

import { byId, h, setText } from "../dom.js";
import { onLanguage, say, t } from "../i18n.js";
import { qrPicture, wifiText } from "./qr_view.js";

const PATIENCE_MS = 60000;
const AGAIN_MS = 5000;
// Networks as students meet them, first; those between programs of this machine, last.
const LIKELY = [/^wl/, /^(en|eth)/, /^(?!docker|br-|veth|virbr|tun|tap|wg|cni|flannel)/];

/** addresses: as GET /class gives them. Returns {show({present, others})}. */
export function startInvitation(addresses) {
  const invitation = new Invitation();
  invitation.offer(addresses);
  return invitation;
}

function likelihood({ interface: name, host }) {
  const place = LIKELY.findIndex((pattern) => pattern.test(name));
  return (place < 0 ? LIKELY.length : place) * 2 + (host.startsWith("[") ? 1 : 0);
}

class Invitation {
  #since_ms = performance.now();
  #offered = "";

  constructor() {
    byId("address").addEventListener("change", () => this.#drawAddress());
    byId("page-code").addEventListener("click", () => byId("large").showModal());
    for (const id of ["wifi-name", "wifi-password"]) byId(id).addEventListener("input", () => this.#drawWifi());
    onLanguage(() => this.#drawCodes());
    setInterval(() => this.#lookAgain(), AGAIN_MS);
    say(byId("firewall"), "class.check_firewall", { port: location.port || "80" });
    this.#drawCodes();
  }

  offer(addresses) {
    const offered = JSON.stringify(addresses);
    if (offered === this.#offered) return;
    this.#offered = offered;
    const select = byId("address");
    const before = select.value;
    const port = location.port ? `:${location.port}` : "";
    const sorted = [...addresses].sort((a, b) => likelihood(a) - likelihood(b));
    select.replaceChildren(...sorted.map(({ interface: name, host }) => h("option", { value: host + port }, `${name} · ${host}${port}`)));
    if (sorted.some(({ host }) => host + port === before)) select.value = before;
    byId("no-network").hidden = sorted.length > 0;
    byId("invite").hidden = sorted.length === 0;
    this.#drawAddress();
  }

  show({ present, others }) {
    const light = byId("light");
    const late = performance.now() - this.#since_ms > PATIENCE_MS;
    light.dataset.light = others > 0 ? "through" : late ? "late" : "waiting";
    say(byId("light-words"), `class_light.${light.dataset.light}`, { present, others });
    byId("what-to-check").hidden = light.dataset.light !== "late";
  }

  /** Networks come and go: a hotspot may be switched on only now. */
  async #lookAgain() {
    const info = await fetch("/class").then((response) => response.json()).catch(() => null);
    if (info?.class) this.offer(info.addresses);
  }

  #drawCodes() {
    this.#drawAddress();
    this.#drawWifi();
  }

  /** Beside everything else, and as large as the screen for the last row. */
  #drawAddress() {
    const address = `${byId("address").value}/c`;
    if (address === "/c") return;
    for (const place of ["", "large-"]) {
      setText(byId(`${place}short`), address);
      byId(place ? "large-code" : "page-code").replaceChildren(qrPicture(`http://${address}`, t("class.page_code", { address })));
    }
  }

  #drawWifi() {
    const network = byId("wifi-name").value;
    byId("wifi-code").hidden = !network;
    if (!network) return;
    try {
      byId("wifi-code").replaceChildren(qrPicture(wifiText(network, byId("wifi-password").value), t("class.wifi_code", { network })));
    } catch {
      byId("wifi-code").replaceChildren(say(h("p"), "class.wifi_too_long"));
    }
  }
}
