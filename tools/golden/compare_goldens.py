#!/usr/bin/env python3
"""Compare two folders of golden files tensor by tensor: compare_goldens.py STORED OTHER [--prefix out.]"""

import argparse
from pathlib import Path

from safetensors.torch import load_file


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("stored")
    ap.add_argument("other")
    ap.add_argument("--prefix", default="out.")
    ap.add_argument("--taps", action="store_true", help="list intermediate tensors too")
    args = ap.parse_args()
    print(f"{'file':26} {'tensor':62} {'max abs':>9} {'/max':>9} {'rms/rms':>9}")
    for f in sorted(Path(args.stored).glob("*.safetensors")):
        a = load_file(f)
        other = Path(args.other) / f.name
        b = load_file(other) if other.exists() else {}
        for k in sorted(a):
            if not k.startswith(args.prefix) or (".tap." in k and not args.taps):
                continue
            if k not in b or a[k].shape != b[k].shape:
                print(f"{f.stem:26} {k:62} missing or another shape")
                continue
            x, y = a[k].double(), b[k].double()
            d = (x - y).abs()
            rms = lambda t: t.pow(2).mean().sqrt().item()
            print(f"{f.stem:26} {k:62} {d.max():9.2e} {d.max() / x.abs().max():9.2e} {rms(d) / rms(x):9.2e}")


if __name__ == "__main__":
    main()
