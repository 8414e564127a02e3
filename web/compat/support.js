// SPDX-License-Identifier: MIT
//
// Support: from when on browsers have what a transport needs. No page is known here.

export const FIRST_YEAR = 2004;

export function lastYear(data) {
  return Number(data.source.date.slice(0, 4));
}

/** The last day of that year for which there are data. */
function endOf(data, year) {
  const day = `${year}-12-31`;
  return day < data.source.date ? day : data.source.date;
}

/** "yes", "not_yet", "never"; "unborn", "ended": there was no such browser then. */
export function stateAt(data, browser, feature, year) {
  const day = endOf(data, year);
  if (browser.began > day) return "unborn";
  if (browser.ended && browser.ended <= day) return "ended";
  const support = browser.support[feature];
  if (!support) return "never";
  return support.date <= day ? "yes" : "not_yet";
}

/** {all, counts: {feature: browsers that have it}} at the end of a year. */
export function countsAt(data, year) {
  const features = Object.keys(data.features);
  const states = data.browsers.map((browser) => features.map((feature) => stateAt(data, browser, feature, year)));
  const alive = states.filter(([first]) => first !== "unborn" && first !== "ended");
  const counts = features.map((feature, i) => [feature, alive.filter((row) => row[i] === "yes").length]);
  return { all: alive.length, counts: Object.fromEntries(counts) };
}

/** The browsers that had the one and not the other. */
export function reversedAt(data, year, has, lacks) {
  const reversed = (browser) => stateAt(data, browser, has, year) === "yes" && stateAt(data, browser, lacks, year) !== "yes";
  return data.browsers.filter(reversed).map(({ name }) => name);
}
