// SPDX-License-Identifier: MIT
//
// QR: a text as a QR code (ISO/IEC 18004), in the page itself, so that a Wi-Fi password that is
// typed for it goes nowhere. Bytes as UTF-8, error correction M (15 % may be unreadable), versions 1
// to 10: up to 213 bytes.

const LAST_VERSION = 10;
// By version, for M: error correction bytes of each block, and blocks.
const CHECKS = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Rows of booleans, true for dark; no quiet zone around. Throws a RangeError above 213 bytes. */
export function qrOf(text) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const square = new Square(version);
  square.fill(interleaved(dataOf(bytes, version), version));
  return square.masked();
}

// ---- bytes ----

function modulesFor(version) {
  const aligned = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const alignment = aligned ? (25 * aligned - 10) * aligned - 55 : 0;
  return (16 * version + 128) * version + 64 - alignment - (version >= 7 ? 36 : 0);
}

const codewords = (version) => Math.floor(modulesFor(version) / 8);
const room = (version) => codewords(version) - CHECKS[version] * BLOCKS[version];

function versionFor(length) {
  for (let version = 1; version <= LAST_VERSION; version++) {
    if (length + (version < 10 ? 2 : 3) <= room(version)) return version;
  }
  throw new RangeError("too long for a QR code");
}

/** Mode and length in front, then the bytes, and what fills up the rest. */
function dataOf(bytes, version) {
  const length = version < 10 ? [bytes.length] : [bytes.length >> 8, bytes.length & 255];
  const whole = [...length, ...bytes];
  const data = [0x40 | (whole[0] >> 4)]; // 4 bits of mode: everything is shifted by half a byte
  whole.forEach((byte, i) => data.push(((byte << 4) & 255) | ((whole[i + 1] ?? 0) >> 4)));
  for (let pad = 0xec; data.length < room(version); pad ^= 0xec ^ 0x11) data.push(pad);
  return data;
}

/** The first bytes of all blocks, the second ones, …; then the error correction in the same way. */
function interleaved(data, version) {
  const blocks = [];
  const short = Math.floor(data.length / BLOCKS[version]);
  const longer = data.length % BLOCKS[version];
  for (let i = 0, at = 0; i < BLOCKS[version]; i++) {
    const size = short + (i >= BLOCKS[version] - longer ? 1 : 0);
    blocks.push(data.slice(at, (at += size)));
  }
  const checks = blocks.map((block) => checksOf(block, CHECKS[version]));
  return [...columnsOf(blocks), ...columnsOf(checks)];
}

function columnsOf(rows) {
  const longest = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, i) => rows.map((row) => row[i])).flat().filter((byte) => byte !== undefined);
}

// ---- Reed and Solomon, in the field of 256 by x^8 + x^4 + x^3 + x^2 + 1 ----

function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

function generator(degree) {
  let factors = [...new Array(degree - 1).fill(0), 1];
  for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) {
    factors = factors.map((factor, j) => times(factor, root) ^ (factors[j + 1] ?? 0));
  }
  return factors;
}

function checksOf(block, degree) {
  const factors = generator(degree);
  let rest = new Array(degree).fill(0);
  for (const byte of block) {
    const lead = byte ^ rest[0];
    rest = factors.map((factor, i) => (rest[i + 1] ?? 0) ^ times(factor, lead));
  }
  return rest;
}

// ---- the square ----

class Square {
  constructor(version) {
    this.size = 17 + 4 * version;
    this.dark = this.#square(false);
    this.fixed = this.#square(false); // what is no data, and is not masked
    this.#drawTiming();
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]]) this.#drawFinder(x, y);
    this.#drawAlignment(version);
    this.#drawFormat(0);
    if (version >= 7) this.#drawVersion(version);
  }

  /** Two columns at a time, upwards and downwards in turn, from the right. */
  fill(bytes) {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const upward = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step++) {
        const y = upward ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y][x] || at >= bytes.length * 8) continue;
          this.dark[y][x] = ((bytes[at >> 3] >> (7 - (at & 7))) & 1) === 1;
          at += 1;
        }
      }
    }
  }

  /** By the mask that leaves the least of what confuses a camera. */
  masked() {
    const plain = this.dark.map((row) => [...row]);
    const tries = MASKS.map((mask, number) => {
      this.dark = plain.map((row, y) => row.map((dark, x) => dark !== (!this.fixed[y][x] && mask(x, y) === 0)));
      this.#drawFormat(number);
      return { dark: this.dark, penalty: penaltyOf(this.dark) };
    });
    return tries.reduce((best, one) => (one.penalty < best.penalty ? one : best)).dark;
  }

  #square(value) {
    return Array.from({ length: this.size }, () => new Array(this.size).fill(value));
  }

  #fix(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y][x] = dark;
    this.fixed[y][x] = true;
  }

  #drawTiming() {
    for (let i = 0; i < this.size; i++) {
      this.#fix(6, i, i % 2 === 0);
      this.#fix(i, 6, i % 2 === 0);
    }
  }

  #drawFinder(x, y) {
    this.#drawRings(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }

  #drawAlignment(version) {
    const places = alignmentPlaces(version, this.size);
    const last = places.length - 1;
    for (const [i, x] of places.entries()) {
      for (const [j, y] of places.entries()) {
        const finder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
        if (!finder) this.#drawRings(x, y, 2, (ring) => ring !== 1);
      }
    }
  }

  #drawRings(x, y, radius, isDark) {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) this.#fix(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }

  /** The number of the mask, twice, with checks of its own; level M is 00. */
  #drawFormat(mask) {
    let rest = mask;
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    for (let i = 0; i < 15; i++) {
      const dark = ((bits >> i) & 1) === 1;
      if (i < 8) this.#fix(8, i < 6 ? i : i + 1, dark);
      else this.#fix(i === 8 ? 7 : 14 - i, 8, dark);
      if (i < 8) this.#fix(this.size - 1 - i, 8, dark);
      else this.#fix(8, this.size - 15 + i, dark);
    }
    this.#fix(8, this.size - 8, true);
  }

  #drawVersion(version) {
    let rest = version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const far = this.size - 11 + (i % 3);
      this.#fix(far, Math.floor(i / 3), dark);
      this.#fix(Math.floor(i / 3), far, dark);
    }
  }
}

function alignmentPlaces(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((size - 13) / (count * 2 - 2)) * 2;
  const far = Array.from({ length: count - 1 }, (_, i) => size - 7 - i * step);
  return [6, ...far.reverse()];
}

/** Long runs, squares of one colour, what looks like a finder, and too much of one colour. */
function penaltyOf(rows) {
  const size = rows.length;
  const across = rows.map((row) => row.map(Number).join(""));
  const down = rows.map((_, x) => rows.map((row) => Number(row[x])).join(""));
  let penalty = 0;
  for (const line of [...across, ...down]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) penalty += run.length - 2;
    penalty += 40 * [...line.matchAll(/(?=00001011101|10111010000)/g)].length;
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const colour = rows[y][x];
      if (rows[y - 1][x] === colour && rows[y][x - 1] === colour && rows[y - 1][x - 1] === colour) penalty += 3;
    }
  }
  const share = across.join("").replaceAll("0", "").length / (size * size);
  return penalty + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
