// SPDX-License-Identifier: MIT
//
// Device: what kind of device and which family of browser this is, as coarsely as a class needs it:
// nobody is to be known by it.

const KINDS = [
  ["tablet", /iPad|Tablet|Android(?!.*Mobile)/],
  ["phone", /Mobi|iPhone|Android/],
];
const BROWSERS = [
  ["edge", /Edg/],
  ["firefox", /Firefox|FxiOS/],
  ["chrome", /Chrom|CriOS/],
  ["safari", /Safari/],
];

const first = (list, text, otherwise) => list.find(([, pattern]) => pattern.test(text))?.[0] ?? otherwise;

/** {device, browser}, from what the browser says of itself. touches: how many fingers it can feel; an
 * iPad says that it is a Mac, which has none. */
export function deviceOf(userAgent, touches = 0) {
  const pad = /Macintosh/.test(userAgent) && touches > 1;
  return {
    device: pad ? "tablet" : first(KINDS, userAgent, "laptop"),
    browser: first(BROWSERS, userAgent, "other"),
  };
}
