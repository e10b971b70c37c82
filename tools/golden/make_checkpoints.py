#!/usr/bin/env python3
"""Write one random-weight checkpoint folder: make_checkpoints.py --moore CHECKOUT --config CFG.json --out DIR"""

import argparse

import common
import torch


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--moore", required=True, help="checkout of MooreThreads/Moore-AnimateAnyone")
    ap.add_argument("--config", required=True)
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    common.use_moore(args.moore)
    cfg = common.load_config(args.config)
    models = common.build_models(cfg)
    for i, name in enumerate(sorted(models)):
        # a pose image is mostly black: without the extra gain the frames' features would hardly differ
        extra = dict(gain=2.0, bias=0.03) if name == "pose_guider" else {}
        common.randomise(models[name], cfg["seed"] + i, **extra)
    half, full = torch.float16, torch.float32
    dtypes = dict(
        denoising_unet=half, motion_module=half, reference_unet=half, vae=half, pose_guider=full, image_encoder=full
    )
    print(common.save_checkpoints(cfg, models, args.out, dtypes))
    back = common.load_models(cfg, args.out)
    for name, m in models.items():
        a, b = m.state_dict(), back[name].state_dict()
        assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a), name
    print("read back: identical")


if __name__ == "__main__":
    main()
