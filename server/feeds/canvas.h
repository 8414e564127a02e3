/* SPDX-License-Identifier: MIT
 *
 * Canvas: a small picture in memory, and just enough drawing for a clock, digits and a plot.
 *
 * A pixel is one byte that names an ink and how strong it is, from 0 (the background shows) to
 * the full colour. Edges are smoothed by writing weaker levels of the same ink, so there is no
 * mixing of colours: where two inks meet, the stronger one stays. That keeps the palette small
 * and the drawing cheap. x grows to the right, y downwards; what lies outside is not drawn.
 */
#ifndef PUSHLAB_CANVAS_H
#define PUSHLAB_CANVAS_H

#include <stdint.h>

enum {
    CANVAS_WIDTH = 480,
    CANVAS_HEIGHT = 270,
    CANVAS_LEVELS =
        5, /* per ink, the background included; 8 look no better and cost 700 bytes */
};

enum ink { INK_GREY, INK_WHITE, INK_AMBER, INK_CYAN, INK_GREEN, INK_COUNT };

enum { CANVAS_COLOURS = INK_COUNT * CANVAS_LEVELS };

/* Zeroed = empty: nothing but background. */
struct canvas {
    uint8_t pixels[CANVAS_HEIGHT][CANVAS_WIDTH];
};

struct colour {
    uint8_t red, green, blue;
};

/* What a pixel's byte, below CANVAS_COLOURS, looks like. */
struct colour canvas_colour(unsigned index);

/* One pixel; level 0 … CANVAS_LEVELS - 1. The other functions draw at full strength unless
 * they take a level, too. */
void canvas_dot(struct canvas *canvas, int x, int y, enum ink ink, int level);
/* Wipes, then fills: what was there does not show. */
void canvas_box(struct canvas *canvas, int x, int y, int width, int height, enum ink ink,
                int level);
/* Smooth, with round ends. */
void canvas_line(struct canvas *canvas, float x0, float y0, float x1, float y1, float thickness,
                 enum ink ink);
void canvas_ring(struct canvas *canvas, float x, float y, float radius, float thickness,
                 enum ink ink);

enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7 };

/* Text in the built-in 5 x 7 font (font.c), scale pixels to a dot and six dots to a letter.
 * x and y are the top left corner. */
void canvas_text(struct canvas *canvas, int x, int y, int scale, enum ink ink,
                 const char *text);
/* How wide canvas_text makes it. */
int canvas_text_width(int scale, const char *text);

/* One glyph, a byte to a row from the top, the leftmost dot in bit 4; digits, capitals and
 * `:.%`. Blank for all else. */
const uint8_t *font_glyph(char c);

#endif
