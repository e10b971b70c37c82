"""Writes tests/golden/media: what Pillow makes of small pictures.

  python make_media_goldens.py OUT_DIR      (Pillow 9.5.0, numpy)

pillow_resize.txt  one line per case: input size, output size, filter, CRC-32
                   of the resized bytes. The input is noise from a linear
                   congruential generator, so that it need not be stored.
pillow_resize_box.txt  the same with four edges of a box behind the sizes
*.png *.jpg *.webp pictures in every sample format the codec must understand
decoded.txt        one line per picture: name, width, height, CRC-32 of
                   Image.open(name).convert("RGB")
"""

import pathlib
import sys
import zlib

import numpy
import PIL
from PIL import Image

FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}

# (input width, height), (output width, height)
SIZES = [
    ((64, 48), (64, 48)),
    ((64, 48), (32, 24)),
    ((64, 48), (128, 96)),
    ((64, 48), (64, 31)),
    ((64, 48), (97, 48)),
    ((61, 47), (37, 83)),
    ((17, 130), (130, 17)),
    ((1, 1), (5, 7)),
    ((1, 9), (9, 1)),
    ((5, 7), (1, 1)),
    ((2, 3), (224, 224)),
    ((333, 257), (224, 224)),
    ((100, 100), (99, 101)),
    ((250, 3), (7, 4)),
]

# (input size), (output size), (left, top, right, bottom)
BOXES = [
    ((64, 48), (64, 48), (0, 0, 64, 48)),
    ((64, 48), (32, 24), (10, 8, 50, 40)),
    ((64, 48), (32, 24), (10.25, 8.5, 50.75, 40.125)),
    ((64, 48), (64, 48), (3.5, 0, 60, 48)),
    ((64, 48), (64, 48), (0, 3.5, 64, 45)),
    ((61, 47), (83, 37), (0.5, 1.5, 9.5, 46.75)),
    ((17, 130), (5, 5), (16.25, 129.5, 17, 130)),
]


def noise(width, height):
    """Matches NoiseImage of tests/support/test_pictures.h."""
    state = (width * 65537 + height) & 0xFFFFFFFF
    values = bytearray()
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(values))


def write_resize_table(out):
    lines = [f"# Pillow {PIL.__version__}; in_w in_h out_w out_h filter crc32"]
    for size, target in SIZES:
        for name, resample in FILTERS.items():
            resized = noise(*size).resize(target, resample)
            crc = zlib.crc32(resized.tobytes())
            lines.append(f"{size[0]} {size[1]} {target[0]} {target[1]} {name} {crc:08x}")
    (out / "pillow_resize.txt").write_text("\n".join(lines) + "\n")


def write_box_table(out):
    lines = [f"# Pillow {PIL.__version__}; in_w in_h out_w out_h left top right bottom filter crc32"]
    for size, target, box in BOXES:
        for name, resample in FILTERS.items():
            resized = noise(*size).resize(target, resample, box)
            crc = zlib.crc32(resized.tobytes())
            numbers = " ".join(f"{n:g}" for n in (*size, *target, *box))
            lines.append(f"{numbers} {name} {crc:08x}")
    (out / "pillow_resize_box.txt").write_text("\n".join(lines) + "\n")


def pictures():
    """Yields (file name, image, options of save)."""
    width, height = 37, 23
    ramp = numpy.add.outer(numpy.arange(height) * 3, numpy.arange(width) * 4)
    rgb = numpy.stack([ramp % 256, (ramp * 2) % 256, (255 - ramp) % 256], 2)
    rgb = Image.fromarray(rgb.astype(numpy.uint8))
    alpha = Image.fromarray((ramp * 5 % 256).astype(numpy.uint8))
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    grey = rgb.convert("L")
    grey_alpha = Image.merge("LA", (grey, alpha))
    palette = rgb.quantize(16)
    rotated = Image.Exif()
    rotated[0x0112] = 6
    yield "rgb.png", rgb, {}
    yield "rgba.png", rgba, {}
    yield "grey.png", grey, {}
    yield "grey_alpha.png", grey_alpha, {}
    yield "palette.png", palette, {}
    yield "palette_transparent.png", palette, {"transparency": 3}
    yield "bilevel.png", grey.convert("1"), {}
    yield "baseline.jpg", rgb, {"quality": 90}
    yield "full_chroma.jpg", rgb, {"quality": 90, "subsampling": 0}
    yield "progressive.jpg", rgb, {"quality": 80, "progressive": True}
    yield "grey.jpg", grey, {}
    yield "rotated.jpg", rgb, {"exif": rotated}
    yield "lossy.webp", rgb, {"quality": 80}
    yield "lossless.webp", rgb, {"lossless": True}
    yield "lossy_alpha.webp", rgba, {"quality": 80}
    yield "lossless_alpha.webp", rgba, {"lossless": True, "exact": True}


def write_pictures(out):
    lines = [f"# Pillow {PIL.__version__}; file width height crc32"]
    for name, image, options in pictures():
        image.save(out / name, **options)
        decoded = Image.open(out / name).convert("RGB")
        crc = zlib.crc32(decoded.tobytes())
        lines.append(f"{name} {decoded.width} {decoded.height} {crc:08x}")
    (out / "decoded.txt").write_text("\n".join(lines) + "\n")
    frames = [noise(16, 16), noise(16, 16).rotate(90)]
    frames[0].save(out / "animated.webp", save_all=True, append_images=frames[1:])
    sixteen_bit = (numpy.arange(23 * 37).reshape(23, 37) * 77).astype(numpy.uint16)
    Image.fromarray(sixteen_bit).save(out / "grey16.png")


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    write_resize_table(out)
    write_box_table(out)
    write_pictures(out)


if __name__ == "__main__":
    main()
