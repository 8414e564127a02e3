// SPDX-License-Identifier: MIT
//
// Tracks: three lessons of 5, 45 and 90 minutes, put together from the same steps. A step says what
// to open, with timers so short that no class waits for them, and which claims of the textbook it
// shows; its words are step.NAME_… in strings/lesson_tracks.js.

export const STEPS = {
  four: { open: "/?topic=clock&interval=2&wait=5", claims: [6, 10, 14, 18] },
  useless: { open: "/?topic=chat&interval=1&wait=5", claims: [8, 9, 11] },
  handshake: { open: "/wire.html?lines=websocket", claims: [1, 2, 3] },
  bytes: { open: "/wire.html?topic=clock&lines=short_poll,sse,websocket", claims: [2, 13, 15] },
  heartbeat: { open: "/heartbeat.html?interval=2&timeout=1", claims: [7] },
  pictures: { open: "/pictures.html", claims: [5, 13, 20] },
  connections: { open: "/connections.html?every=2", claims: [12, 16] },
  chat: { open: "/chat.html?people=2", claims: [16, 20, 22] },
  origins: { open: "/origins.html", claims: [4] },
  paths: { open: "/compat.html?run=products&care=naive", claims: [17] },
  ladder: { open: "/ladder.html?topic=clock&wait=5", claims: [21] },
  board: { open: "/claims.html#18", claims: [18] },
  choose: { open: "/lessons.html?lesson=choosing", claims: [19] },
};

export const TRACKS = [
  { minutes: 5, steps: { four: 2, useless: 1, choose: 2 } },
  {
    minutes: 45,
    steps: { four: 5, useless: 5, handshake: 6, bytes: 6, heartbeat: 5, pictures: 4, connections: 5, paths: 4, choose: 5 },
  },
  {
    minutes: 90,
    steps: {
      four: 6, useless: 8, handshake: 8, bytes: 8, heartbeat: 8, pictures: 5, connections: 8,
      chat: 7, origins: 8, paths: 6, ladder: 6, board: 5, choose: 7,
    },
  },
];

/** The claims that a track shows, in their order. */
export function claimsOf({ steps }) {
  const claims = Object.keys(steps).flatMap((name) => STEPS[name].claims);
  return [...new Set(claims)].sort((a, b) => a - b);
}
