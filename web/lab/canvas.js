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
