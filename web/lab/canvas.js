// SPDX-License-Identifier: MIT
//
// Canvas: what all drawings of the lab need.

/**
 * Makes the canvas as sharp as the screen and clears it. {context, width, height, em, style} in CSS
 * pixels; null while it has no size.
 */
export function fitCanvas(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return null;
  const context = canvas.getContext("2d");
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  return { context, width, height, style, em: parseFloat(style.fontSize) };
}

export function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** Filled: it brings something. Hollow, and dashed: an ask, or an answer without a message. em: the
 * size of letters. */
export function arrow(c, x1, y1, x2, y2, em, filled) {
  const size = 0.4 * em;
  const angle = Math.atan2(y2 - y1, x2 - x1);
  c.setLineDash(filled ? [] : [3, 2]);
  c.lineWidth = filled ? 2 : 1;
  line(c, x1, y1, x2, y2);
  c.setLineDash([]);
  c.beginPath();
  c.moveTo(x2, y2);
  for (const side of [-0.45, 0.45])
    c.lineTo(x2 - size * Math.cos(angle + side), y2 - size * Math.sin(angle + side));
  c.closePath();
  if (filled) c.fill();
  else c.stroke();
  c.lineWidth = 1;
}

/** Marks a stretch whose figures do not count, over its whole height. Colour: the stroke's. */
export function hatch(c, left, width, height) {
  const step = 7;
  c.save();
  c.beginPath();
  c.rect(left, 0, width, height);
  c.clip();
  c.globalAlpha = 0.3;
  for (let x = left - height; x < left + width; x += step) line(c, x, height, x + height, 0);
  c.restore();
}
