// SPDX-License-Identifier: MIT
//
// Dial: the page's own clock, drawn as in the pictures of the feed `frames`: the amber hand goes
// round once in four seconds, the short cyan one once a second. Where a picture's hands stand
// behind these, it is late, and by how much can be seen.

const TURN_MS = 4000;
const SIZE = 270; // as in the pictures: radius 116 of 270
const RADIUS = 116;
const INK = { back: "#10141c", grey: "#7d8694", white: "#f2f4f7", amber: "#ffb52e", cyan: "#3fd2e6" };

export function drawDial(canvas, now_ms) {
  const context = canvas.getContext("2d");
  const scale = (canvas.clientWidth * devicePixelRatio) / SIZE;
  canvas.width = canvas.height = Math.round(SIZE * scale);
  context.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height / 2);
  context.fillStyle = INK.back;
  context.fillRect(-SIZE / 2, -SIZE / 2, SIZE, SIZE);
  drawFace(context);
  ray(context, (now_ms % 1000) / 1000, -10, 52, 5, INK.cyan);
  ray(context, (now_ms % TURN_MS) / TURN_MS, -18, RADIUS - 8, 5, INK.amber);
  context.fillStyle = INK.white;
  context.beginPath();
  context.arc(0, 0, 7, 0, 2 * Math.PI);
  context.fill();
}

function drawFace(context) {
  context.strokeStyle = INK.grey;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(0, 0, RADIUS, 0, 2 * Math.PI);
  context.stroke();
  for (let tenth = 0; tenth < 40; tenth++) {
    const second = tenth % 10 === 0;
    ray(context, tenth / 40, RADIUS - (second ? 18 : 10), RADIUS - 5, second ? 4 : 1.5, second ? INK.white : INK.grey);
  }
}

/** From the middle, in a direction given as a share of the circle, 0 at the top, clockwise. */
function ray(context, turn, from, to, thickness, ink) {
  const angle = turn * 2 * Math.PI;
  const [x, y] = [Math.sin(angle), -Math.cos(angle)];
  context.strokeStyle = ink;
  context.lineWidth = thickness;
  context.beginPath();
  context.moveTo(x * from, y * from);
  context.lineTo(x * to, y * to);
  context.stroke();
}
