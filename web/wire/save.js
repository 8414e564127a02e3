// SPDX-License-Identifier: MIT
//
// Save: what is in the list as a text file, and the records as a file for Wireshark.

import { h } from "../dom.js";
import { language, t } from "../i18n.js";
import { dumpText } from "./dump.js";
import { utf8 } from "./octets.js";

const ARROWS = { up: "↑", down: "↓" };

/** Every unit with its parts and its bytes. */
export function textOf(units) {
  return units.map(unitText).join("\n");
}

function unitText(unit) {
  const time = new Date(unit.at_us / 1000).toISOString().replace(/\d{3}Z$/, "");
  const micro = String(Math.floor(unit.at_us % 1e6)).padStart(6, "0").slice(0, 6);
  const title = `${time}${micro.slice(0, 3)}${micro.slice(3)}`;
  const size = unit.bytes.length ? `, ${t("wire.size", { size: unit.bytes.length })}` : "";
  const lines = [`${title} #${unit.connection.number} ${ARROWS[unit.way] ?? "·"} ${t(`wire.what_${unit.what}`)} ${unit.about}${size}`];
  for (const { name, from, to, kind } of unit.parts) {
    lines.push(`  ${String(from).padStart(6)} +${to - from} ${t(`wire.part_${name}`)} (${t(`wire.total_${kind}`)})`);
  }
  if (unit.carried?.length && unit.frame?.opcode !== 2) lines.push(`  ${t("wire.carries")}: ${utf8(unit.carried)}`);
  if (unit.bytes.length) lines.push(dumpText(unit.bytes));
  return `${lines.join("\n")}\n`;
}

export function download(name, data, type) {
  const address = URL.createObjectURL(new Blob([data], { type }));
  const link = h("a", { href: address, download: name, lang: language().tag });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
