/* SPDX-License-Identifier: MIT */
#include "canvas.h"

#include <math.h>
#include <string.h>

static const struct colour background = {0x0b, 0x10, 0x20};

static const struct colour inks[INK_COUNT] = {
    [INK_GREY] = {0x7b, 0x87, 0xa3},  [INK_WHITE] = {0xf4, 0xf6, 0xfb},
    [INK_AMBER] = {0xff, 0xb4, 0x2a}, [INK_CYAN] = {0x3f, 0xd4, 0xff},
    [INK_GREEN] = {0x3d, 0xdc, 0x84},
};

static uint8_t mix(uint8_t from, uint8_t to, unsigned level)
{
    return (uint8_t)(from + (to - from) * (int)level / (CANVAS_LEVELS - 1));
}

struct colour canvas_colour(unsigned index)
{
    struct colour ink = inks[index / CANVAS_LEVELS];
    unsigned level = index % CANVAS_LEVELS;
    return (struct colour){
        .red = mix(background.red, ink.red, level),
        .green = mix(background.green, ink.green, level),
        .blue = mix(background.blue, ink.blue, level),
    };
}

void canvas_dot(struct canvas *canvas, int x, int y, enum ink ink, int level)
{
    if (x < 0 || y < 0 || x >= CANVAS_WIDTH || y >= CANVAS_HEIGHT)
        return;
    uint8_t *pixel = &canvas->pixels[y][x];
    if (level > 0 && level >= *pixel % CANVAS_LEVELS)
        *pixel = (uint8_t)((int)ink * CANVAS_LEVELS + level);
}

void canvas_box(struct canvas *canvas, int x, int y, int width, int height, enum ink ink,
                int level)
{
    for (int row = y < 0 ? 0 : y; row < y + height && row < CANVAS_HEIGHT; row++)
        for (int column = x < 0 ? 0 : x; column < x + width && column < CANVAS_WIDTH; column++)
            canvas->pixels[row][column] =
                (uint8_t)(level > 0 ? (int)ink * CANVAS_LEVELS + level : 0);
}

/* How much of a pixel is inked whose middle is so far inside (or, below 0, outside) an edge. */
static int level_at(float inside)
{
    float cover = inside + 0.5F;
    if (cover <= 0)
        return 0;
    return cover >= 1 ? CANVAS_LEVELS - 1 : (int)(cover * (CANVAS_LEVELS - 1) + 0.5F);
}

void canvas_line(struct canvas *canvas, float x0, float y0, float x1, float y1, float thickness,
                 enum ink ink)
{
    float half = thickness / 2;
    float dx = x1 - x0, dy = y1 - y0;
    float square = dx * dx + dy * dy;
    int left = (int)floorf(fminf(x0, x1) - half - 1), right = (int)ceilf(fmaxf(x0, x1) + half);
    int top = (int)floorf(fminf(y0, y1) - half - 1), bottom = (int)ceilf(fmaxf(y0, y1) + half);
    for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
            /* The distance from the pixel's middle to the nearest point of the line. */
            float px = (float)x + 0.5F - x0, py = (float)y + 0.5F - y0;
            float along = square > 0 ? (px * dx + py * dy) / square : 0;
            along = fminf(fmaxf(along, 0), 1);
            float away_x = px - along * dx, away_y = py - along * dy;
            float away = away_x * away_x + away_y * away_y;
            if (away < (half + 1) * (half + 1))
                canvas_dot(canvas, x, y, ink, level_at(half - sqrtf(away)));
        }
    }
}

void canvas_ring(struct canvas *canvas, float x, float y, float radius, float thickness,
                 enum ink ink)
{
    float half = thickness / 2;
    int reach = (int)ceilf(radius + half) + 1;
    for (int row = (int)y - reach; row <= (int)y + reach; row++) {
        for (int column = (int)x - reach; column <= (int)x + reach; column++) {
            float px = (float)column + 0.5F - x, py = (float)row + 0.5F - y;
            float away = fabsf(sqrtf(px * px + py * py) - radius);
            canvas_dot(canvas, column, row, ink, level_at(half - away));
        }
    }
}

void canvas_text(struct canvas *canvas, int x, int y, int scale, enum ink ink, const char *text)
{
    for (; *text; text++, x += (GLYPH_WIDTH + 1) * scale) {
        const uint8_t *glyph = font_glyph(*text);
        for (int row = 0; row < GLYPH_HEIGHT; row++)
            for (int column = 0; column < GLYPH_WIDTH; column++)
                if (glyph[row] >> (GLYPH_WIDTH - 1 - column) & 1)
                    canvas_box(canvas, x + column * scale, y + row * scale, scale, scale, ink,
                               CANVAS_LEVELS - 1);
    }
}

int canvas_text_width(int scale, const char *text)
{
    int letters = (int)strlen(text);
    return letters ? (letters * (GLYPH_WIDTH + 1) - 1) * scale : 0;
}
