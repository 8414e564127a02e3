/* SPDX-License-Identifier: MIT */
#include "png_encode.h"

#include <errno.h>
#include <png.h>
#include <zlib.h>

static void on_write(png_structp png, png_bytep data, png_size_t len)
{
    builder_add(png_get_io_ptr(png), data, len);
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* libpng leaves a failed call by longjmp, to here. The only failure is to have no memory. */
static void on_error(png_structp png, png_const_charp message)
{
    (void)message;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void write_png(png_structp png, png_infop info, const struct canvas *canvas)
{
    png_color palette[CANVAS_COLOURS];
    for (unsigned i = 0; i < CANVAS_COLOURS; i++) {
        struct colour colour = canvas_colour(i);
        palette[i] = (png_color){colour.red, colour.green, colour.blue};
    }
    png_set_IHDR(png, info, CANVAS_WIDTH, CANVAS_HEIGHT, 8, PNG_COLOR_TYPE_PALETTE,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_PLTE(png, info, palette, CANVAS_COLOURS);
    /* Most rows are like the row above, so what is left of them is runs of zeros: no need to
     * search for anything but runs, nor for the quarter of a megabyte that searching takes. */
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_compression_level(png, Z_BEST_SPEED);
    png_set_compression_strategy(png, Z_RLE);
    png_set_compression_mem_level(png, 4);
    png_write_info(png, info);
    for (unsigned row = 0; row < CANVAS_HEIGHT; row++)
        png_write_row(png, canvas->pixels[row]);
    png_write_end(png, NULL);
}

int png_encode(const struct canvas *canvas, struct builder *out)
{
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int result = -ENOMEM;
    if (info && setjmp(png_jmpbuf(png)) == 0) {
        png_set_write_fn(png, out, on_write, on_flush);
        write_png(png, info, canvas);
        result = out->failed ? -ENOMEM : 0;
    }
    png_destroy_write_struct(&png, &info);
    return result;
}
