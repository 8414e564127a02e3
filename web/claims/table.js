// SPDX-License-Identifier: MIT
//
// Table: the textbook's claims in its order. A claim that the bench does not measure has an
// experiment of the page's own (`live`). `see`: pages that show it happen, with what to put behind
// their address; one that this server does not have is left out.

import { duplex } from "./live/duplex.js";
import { handshake } from "./live/handshake.js";
import { paths } from "./live/paths.js";
import { pictures } from "./live/pictures.js";
import { stranger } from "./live/stranger.js";
import { uses } from "./live/uses.js";

export const GROUPS = [
  {
    name: "websocket",
    claims: [
      { id: 1, live: duplex, see: { wire: "?lines=websocket" } },
      { id: 2, see: { wire: "?lines=short_poll,sse,websocket" } },
      { id: 3, live: handshake, see: { wire: "?lines=websocket" } },
      { id: 4, live: stranger, see: { origins: "" } },
      { id: 5, live: pictures, see: { pictures: "" } },
    ],
  },
  {
    name: "http",
    claims: [
      { id: 6, see: { lab: "" } },
      { id: 7, see: { heartbeat: "" } },
    ],
  },
  {
    name: "polls",
    claims: [
      { id: 8, see: { lab: "" } },
      { id: 9, see: { lab: "" } },
      { id: 10, see: { lab: "" } },
      { id: 11, see: { lab: "" } },
      { id: 12, see: { connections: "" } },
    ],
  },
  {
    name: "streams",
    claims: [
      { id: 13, see: { pictures: "", wire: "?lines=short_poll" } },
      { id: 14, see: { lab: "", wire: "?lines=sse" } },
      { id: 15, see: { lab: "" } },
      { id: 16, see: { chat: "" } },
    ],
  },
  {
    name: "compared",
    claims: [
      { id: 17, live: paths, see: { compat: "", doctor: "" } },
      { id: 18, see: { lab: "" } },
      { id: 19, see: { claims: "#advisor" } },
      { id: 20, live: uses, see: { chat: "", pictures: "" } },
      { id: 21, see: { ladder: "", wire: "?lines=sse,websocket" } },
      { id: 22, see: { chat: "" } },
    ],
  },
];

export const CLAIMS = GROUPS.flatMap(({ claims }) => claims);
export const VERDICTS = ["holds", "only_when", "does_not_hold"];
export const SIGNS = { holds: "✓", only_when: "◐", does_not_hold: "✗", unknown: "?" };
