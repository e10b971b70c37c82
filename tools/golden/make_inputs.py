#!/usr/bin/env python3
"""Small lossless inputs: ref.png from a reference image and pose_NN.png, drawn or taken from a rendered pose clip.

make_inputs.py --ref-image PNG --out DIR                               draws a walking skeleton
make_inputs.py --ref-image PNG --pose-video MP4 --moore CHECKOUT --out DIR
"""

import argparse
import math
from pathlib import Path

import common
from PIL import Image, ImageDraw

LIMBS = [(1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0)]
LIMBS += [(0, 14), (14, 16), (0, 15), (15, 17)]
COLOURS = [(255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0)]
COLOURS += [(0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255)]
COLOURS += [(170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)]


def joints(phase):
    """18 points of the OpenPose order in a unit square, of a figure that walks on the spot."""
    swing = math.sin(phase)
    lift = max(0.0, math.cos(phase))
    p = [(0.5, 0.16), (0.5, 0.28)]
    for side, s in ((-1, swing), (1, -swing)):
        p += [(0.5 + side * 0.1, 0.29), (0.5 + side * 0.15 + 0.04 * s, 0.43), (0.5 + side * 0.14 + 0.12 * s, 0.54)]
    for side, s, up in ((-1, -swing, lift), (1, swing, max(0.0, -math.cos(phase)))):
        p += [(0.5 + side * 0.06, 0.56), (0.5 + side * 0.07 + 0.08 * s, 0.74 - 0.05 * up)]
        p += [(0.5 + side * 0.07 + 0.14 * s, 0.92 - 0.1 * up)]
    return p + [(0.475, 0.14), (0.525, 0.14), (0.45, 0.15), (0.55, 0.15)]


def skeleton(size, phase):
    """One picture: limbs at 60 % brightness, joints at full brightness, on black."""
    w, h = size
    points = [(x * w, y * h) for x, y in joints(phase)]
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for (a, b), colour in zip(LIMBS, COLOURS):
        draw.line([points[a], points[b]], fill=tuple(int(0.6 * c) for c in colour), width=max(3, h // 24))
    r = max(2, h // 40)
    for (x, y), colour in zip(points, COLOURS):
        draw.ellipse([x - r, y - r, x + r, y + r], fill=colour)
    return image


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--ref-image", required=True)
    ap.add_argument("--pose-video", help="rendered pose clip; default: draw the poses")
    ap.add_argument("--moore", help="checkout of MooreThreads/Moore-AnimateAnyone, to read the clip")
    ap.add_argument("--out", required=True)
    ap.add_argument(
        "--ref-size", default="146x190", help="WxH of ref.png; not the network's, so that resizing is tested"
    )
    ap.add_argument("--pose-size", default="128x192")
    ap.add_argument("--frames", type=int, default=10)
    ap.add_argument("--stride", type=int, default=7, help="frames of the clip between two pictures")
    args = ap.parse_args()

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    size = lambda s: tuple(int(x) for x in s.split("x"))
    pose_size = size(args.pose_size)
    ref = Image.open(args.ref_image).convert("RGB").resize(size(args.ref_size), Image.LANCZOS)
    ref.save(out / "ref.png", optimize=True)
    if args.pose_video:
        common.use_moore(args.moore)
        from src.utils.util import read_frames

        clip = read_frames(args.pose_video)
        poses = [clip[i * args.stride].resize(pose_size, Image.LANCZOS) for i in range(args.frames)]
    else:
        poses = [skeleton(pose_size, 0.3 + 2 * math.pi * i / args.frames) for i in range(args.frames)]
    for i, pose in enumerate(poses):
        pose.save(out / f"pose_{i:02d}.png", optimize=True)


if __name__ == "__main__":
    main()
