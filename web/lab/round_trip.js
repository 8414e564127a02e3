// SPDX-License-Identifier: MIT
//
// Round trip: one choice for all columns. On a bare loopback the delays of all but short poll tie, so
// they are sent through a door that stands for distance. What is chosen below, for a column or in
// the door, is shown here too.

import { byId } from "../dom.js";

const DOOR = "far";
const STRAIGHT = "";
const OWN = "own"; // neither all straight nor all through the door with one of the things offered

/** rows: the fault panel's. Hidden without any. */
export function startRoundTrip(rows, columns) {
  const row = rows.find(({ name }) => name === DOOR) ?? rows[0];
  if (!row) return;
  const select = byId("round-trip");
  byId("round-trip-choice").hidden = false;
  select.addEventListener("change", () => choose(select.value, row, columns));
  const offered = [...select.options].map(({ value }) => value);
  for (const id of ["columns", "doors"]) {
    byId(id).addEventListener("change", () => {
      const chosen = chosenBelow(row, columns);
      select.value = offered.includes(chosen) ? chosen : OWN;
    });
  }
}

async function choose(thing, row, columns) {
  if (thing !== STRAIGHT) await row.put(thing);
  const door = thing === STRAIGHT ? "" : row.name;
  for (const column of columns) if (column.door !== door) column.goThrough(door);
}

function chosenBelow(row, columns) {
  if (columns.every(({ door }) => door === "")) return STRAIGHT;
  return columns.every(({ door }) => door === row.name) && row.thing ? row.thing : OWN;
}
