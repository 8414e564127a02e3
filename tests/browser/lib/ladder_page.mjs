// SPDX-License-Identifier: MIT
//
// Ladder page: what it shows, read as a person would.

/** Runs in the page. */
export function readLadder() {
  const { state, transport, code, shared } = document.getElementById("ladder").dataset;
  const rungs = [...document.querySelectorAll("#rungs li")].map(({ dataset }) => dataset);
  const ofEach = (member) => Object.fromEntries(rungs.map((rung) => [rung.transport, rung[member]]));
  const figure = (dd) => Number(dd.textContent.replace(/\D/g, ""));
  const counts = [...document.querySelectorAll("#counts dd")].map((dd) => [dd.id.slice(6), figure(dd)]);
  const history = [...document.querySelectorAll("#history li")].map(({ dataset }) => dataset.code);
  return {
    state, transport, code, shared: shared === "true",
    why: document.getElementById("why").textContent,
    rungs: ofEach("code"), states: ofEach("state"), counts: Object.fromEntries(counts), history,
  };
}

// What a browser says of requests that fail; here they fail on purpose.
export const EXPECTED = /Failed to load resource|WebSocket connection|establish a connection|interrupted while|ERR_|CORS/;

export function ladderAt(origin, topic, more = "") {
  return `${origin.replace(/\/$/, "")}/ladder.html?lang=en&theme=light&since=first&topic=${topic}${more}`;
}
