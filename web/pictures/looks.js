// SPDX-License-Identifier: MIT
//
// Looks: when a picture was made, known by what it looks like, for those that come without a word:
// binary frames by their checksum, and what an <img> shows by its pixels.

const KEPT = 200;
const WIDTH = 160;
const HEIGHT = 90;
const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
const context = canvas.getContext("2d", { willReadFrequently: true });
context.imageSmoothingEnabled = false; // so that the same pixels are looked at every time

class Times {
  #times = new Map();

  get(key) {
    return this.#times.get(key);
  }

  set(key, time) {
    this.#times.set(key, time);
    if (this.#times.size > KEPT) this.#times.delete(this.#times.keys().next().value);
  }
}

/** Checksum -> time, and look -> time, both as a message has it. */
export const timesOfPictures = new Times();
export const timesOfLooks = new Times();

/** A number for what an image, or bitmap, shows now. */
export function lookOf(image) {
  context.clearRect(0, 0, WIDTH, HEIGHT);
  context.drawImage(image, 0, 0, WIDTH, HEIGHT);
  const pixels = new Uint32Array(context.getImageData(0, 0, WIDTH, HEIGHT).data.buffer);
  let hash = 0x811c9dc5;
  for (const pixel of pixels) hash = Math.imul(hash ^ pixel, 0x01000193);
  return hash >>> 0;
}

/** The bytes of a picture file, made at this time. */
export async function learnLook(bytes, time) {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  timesOfLooks.set(lookOf(bitmap), time);
  bitmap.close();
}
