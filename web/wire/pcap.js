// SPDX-License-Identifier: MIT
//
// Pcap: the records as a pcapng file, which Wireshark and tshark open (draft-ietf-opsawg-pcapng).
// The server knows what it read and wrote, and when; not the packets in which that travelled. So
// the bytes, their order and their times are real, and the packets around them are reconstructed:
// addresses and ports are the connection's, sequence numbers count from 1, and each packet that
// was not seen at all (the three of the opening, those of the end) says so in its comment.

import { bytesOf, concat } from "./octets.js";

const LINKTYPE_RAW = 101; // packets begin with their IP header
const SEGMENT_BYTES = 16384;
const PROTOCOL_TCP = 6;
const HOPS = 64;
const WINDOW = 65535;
const FLAGS = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 };

const SEEN = "bytes and time as the server saw them; IP and TCP headers are reconstructed";
const OPENED = "reconstructed: the server sees only that it accepts the connection";
const ENDED = "reconstructed: the server sees only that this side has ended";
const JOINED = "the connection was open before: what went over it until here was not recorded";

/** records: [{at_us, record}…] in order, as the server gave them, data decoded to `bytes`. */
export function pcapOf(records) {
  const about = "Recorded by pushlab's wire inspector, within the server. " + SEEN;
  const connections = new Map();
  const packets = records.flatMap(({ at_us, record }) => packetsOf(connections, record, at_us));
  packets.sort((a, b) => a.at_us - b.at_us); // a connection opens before its first record
  return concat(sectionBlock(about), interfaceBlock(), ...packets.map(packetBlock));
}

// ---- what went over a connection, as TCP would have it ----

function packetsOf(connections, record, at_us) {
  if (record.what === "open") return open(connections, record, at_us);
  const connection = connections.get(record.connection);
  if (!connection) return []; // its opening is no longer held, and with it the addresses
  const way = record.what === "up" || record.what === "client_end" ? "up" : "down";
  switch (record.what) {
    case "up":
    case "down": return segments(connection, way, record.bytes, at_us);
    case "client_end":
    case "server_end": return end(connection, way, at_us);
    case "reset": return [packet(connection, "up", at_us, ["rst", "ack"], { comment: ENDED })];
    case "close": return close(connection, at_us);
    default: return [];
  }
}

function open(connections, record, at_us) {
  const connection = { record, next: { up: 0, down: 0 }, ended: { up: false, down: false } };
  connections.set(record.connection, connection);
  if (!record.whole) {
    connection.next = { up: 1, down: 1 };
    return [packet(connection, "up", at_us, ["ack"], { comment: JOINED })];
  }
  const opened_us = record.opened ?? at_us;
  const syn = packet(connection, "up", opened_us, ["syn"], { comment: OPENED });
  const answer = packet(connection, "down", opened_us, ["syn", "ack"], { comment: OPENED });
  return [syn, answer, packet(connection, "up", opened_us, ["ack"], { comment: OPENED })];
}

function segments(connection, way, bytes, at_us) {
  const list = [];
  for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
    const data = bytes.slice(at, at + SEGMENT_BYTES);
    list.push(packet(connection, way, at_us, ["psh", "ack"], { data }));
  }
  return list;
}

function end(connection, way, at_us) {
  if (connection.ended[way]) return [];
  connection.ended[way] = true;
  const other = way === "up" ? "down" : "up";
  const fin = packet(connection, way, at_us, ["fin", "ack"], { comment: ENDED });
  return [fin, packet(connection, other, at_us, ["ack"], { comment: ENDED })];
}

/** The server has closed: whoever has not ended yet does so now. */
function close(connection, at_us) {
  return [...end(connection, "down", at_us), ...end(connection, "up", at_us)];
}

function packet(connection, way, at_us, flags, { data = new Uint8Array(0), comment = "" }) {
  const other = way === "up" ? "down" : "up";
  const { record, next } = connection;
  const up = [[record.client, record.client_port], [record.server, record.server_port]];
  const [from, to] = way === "up" ? up : up.reverse();
  const acknowledged = flags.includes("ack") ? next[other] : 0;
  const bits = flags.reduce((sum, flag) => sum | FLAGS[flag], 0);
  const bytes = ipPacket(from, to, tcpHeader(from[1], to[1], next[way], acknowledged, bits), data);
  next[way] += data.length + (flags.includes("syn") || flags.includes("fin") ? 1 : 0);
  return { at_us, bytes, comment };
}

// ---- TCP over IP ----

function tcpHeader(fromPort, toPort, sequence, acknowledged, flags) {
  const header = new DataView(new ArrayBuffer(20));
  header.setUint16(0, fromPort);
  header.setUint16(2, toPort);
  header.setUint32(4, sequence >>> 0);
  header.setUint32(8, acknowledged >>> 0);
  header.setUint8(12, 5 << 4); // its own length, in words
  header.setUint8(13, flags);
  header.setUint16(14, WINDOW);
  return header;
}

function ipPacket([from], [to], tcp, data) {
  const addresses = [ipBytes(from), ipBytes(to)];
  const size = tcp.byteLength + data.length;
  const six = addresses[0].length === 16;
  const pseudo = six
    ? [...addresses, word32(size), word32(PROTOCOL_TCP)]
    : [...addresses, Uint8Array.of(0, PROTOCOL_TCP, size >> 8, size & 0xff)];
  const segment = (header) => concat(new Uint8Array(header.buffer), data);
  tcp.setUint16(16, checksum(concat(...pseudo, segment(tcp))));
  return concat(six ? ip6Header(addresses, size) : ip4Header(addresses, size), segment(tcp));
}

function ip4Header([from, to], size) {
  const header = new DataView(new ArrayBuffer(12));
  header.setUint8(0, 0x45); // version 4, five words
  header.setUint16(2, 20 + size);
  header.setUint16(6, 0x4000); // not to be fragmented
  header.setUint8(8, HOPS);
  header.setUint8(9, PROTOCOL_TCP);
  const whole = () => concat(new Uint8Array(header.buffer), from, to);
  header.setUint16(10, checksum(whole()));
  return whole();
}

function ip6Header([from, to], size) {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint32(0, 0x60000000);
  header.setUint16(4, size);
  header.setUint8(6, PROTOCOL_TCP);
  header.setUint8(7, HOPS);
  return concat(new Uint8Array(header.buffer), from, to);
}

/** The bytes of an address as the server writes it: 127.0.0.1, ::1, fe80::1. */
export function ipBytes(text) {
  if (!text.includes(":")) return Uint8Array.from(text.split("."), Number);
  const [before, after] = text.split("::").map((half) => (half ? half.split(":") : []));
  const zeros = after ? Array(8 - before.length - after.length).fill("0") : [];
  const groups = [...before, ...zeros, ...(after ?? [])].map((group) => parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** RFC 1071: the ones' complement of the sum of all 16-bit words. */
function checksum(bytes) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

// ---- blocks ----

function word32(value) {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Little-endian 32-bit words. */
function words(...values) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}

function padded(bytes) {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}

function block(type, body) {
  const size = body.length + 12;
  return concat(words(type, size), body, words(size));
}

/** opt_comment, 1, and the end of the options. */
function comment(text) {
  if (!text) return new Uint8Array(0);
  const bytes = bytesOf(text);
  return concat(words(1 | (bytes.length << 16)), padded(bytes), words(0));
}

function sectionBlock(text) {
  const unknown = 0xffffffff; // the section's length
  return block(0x0a0d0d0a, concat(words(0x1a2b3c4d, 1, unknown, unknown), comment(text)));
}

function interfaceBlock() {
  return block(1, words(LINKTYPE_RAW, 0));
}

/** Times are microseconds, which is what an interface without options means. */
function packetBlock({ at_us, bytes, comment: text }) {
  const high = Math.floor(at_us / 0x100000000);
  const head = words(0, high, at_us % 0x100000000, bytes.length, bytes.length);
  return block(6, concat(head, padded(bytes), comment(text)));
}
