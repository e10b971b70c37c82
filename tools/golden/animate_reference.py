#!/usr/bin/env python3
"""Animate a picture with the reference implementation, to compare its frames and its speed with this project's.

animate_reference.py --moore CHECKOUT --weights DIR --reference PNG --poses DIR_OR_VIDEO --out DIR
                     [-W 512 -H 784 -L 24 --steps 30 --guidance 3.5 --seed 42 --dtype float32]

DIR is a model folder in the published layout. Writes frame_00000.png ... (float to 8 bit by truncation, as the
reference does), and prints one JSON line with the seconds of the whole call, of a step and of each part.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import common
import numpy as np
import torch
from PIL import Image
from runner import Runner

PARTS = {"clip": "image_encoder", "reference": "reference_unet", "pose": "pose_guider", "denoise": "denoising_unet"}


def folder_config(weights, moore):
    """topology.json where there is one, else what the folder and the reference's inference_v2.yaml say."""
    weights = Path(weights)
    if (weights / "topology.json").exists():
        return common.load_config(weights / "topology.json")
    from omegaconf import OmegaConf

    read = lambda p: json.loads((weights / p / "config.json").read_text())
    inference = OmegaConf.to_container(OmegaConf.load(Path(moore) / "configs/inference/inference_v2.yaml"))
    guider = torch.load(weights / "pose_guider.pth", map_location="cpu")
    convs = [k for k in sorted(guider) if k.startswith("blocks.") and k.endswith(".weight")]
    widths = [guider["conv_in.weight"].shape[0]] + [guider[k].shape[0] for k in convs[1::2]]
    return {
        "unet": read("stable-diffusion-v1-5/unet"),
        "vae": read("sd-vae-ft-mse"),
        "clip": read("image_encoder"),
        "pose_guider": {
            "conditioning_embedding_channels": guider["conv_out.weight"].shape[0],
            "conditioning_channels": 3,
            "block_out_channels": widths,
        },
        "unet_additional_kwargs": inference["unet_additional_kwargs"],
        "noise_scheduler_kwargs": inference["noise_scheduler_kwargs"],
    }


def read_poses(path, count):
    path = Path(path)
    if path.is_dir():
        poses = [Image.open(p).convert("RGB") for p in sorted(path.glob("pose_*.png"))]
    else:
        from src.utils.util import read_frames

        poses = read_frames(str(path))
    if len(poses) < count:
        raise SystemExit(f"{path} has {len(poses)} poses, fewer than {count}")
    return poses[:count]


def draw_noise_as(pipe, dtype):
    """The initial noise in a type of its own: the published pipeline draws it in fp16, whatever computes with it."""
    prepare = pipe.prepare_latents

    def prepare_latents(batch, channels, width, height, frames, model_dtype, device, generator):
        return prepare(batch, channels, width, height, frames, dtype, device, generator).to(model_dtype)

    pipe.prepare_latents = prepare_latents


class Clock:
    """Seconds spent in each network of the pipeline."""

    def __init__(self, pipe, device):
        self.device, self.seconds = device, {}
        for part, attribute in PARTS.items():
            module = getattr(pipe, attribute)
            module.forward = self.timed(part, module.forward)
        pipe.vae.encode = self.timed("vae_encode", pipe.vae.encode)
        pipe.vae.decode = self.timed("vae_decode", pipe.vae.decode)

    def now(self):
        if self.device != "cpu":
            torch.cuda.synchronize()
        return time.perf_counter()

    def timed(self, part, call):
        def run(*args, **kwargs):
            start = self.now()
            result = call(*args, **kwargs)
            self.seconds[part] = self.seconds.get(part, 0.0) + self.now() - start
            return result

        return run


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--moore", required=True, help="checkout of MooreThreads/Moore-AnimateAnyone")
    ap.add_argument("--weights", required=True)
    ap.add_argument("--reference", required=True)
    ap.add_argument("--poses", required=True, help="folder with pose_00.png ..., or a rendered pose clip")
    ap.add_argument("--out", required=True)
    ap.add_argument("-W", type=int, default=512)
    ap.add_argument("-H", type=int, default=784)
    ap.add_argument("-L", type=int, default=24)
    ap.add_argument("--steps", type=int, default=30)
    ap.add_argument("--guidance", type=float, default=3.5)
    ap.add_argument("--seed", type=int, default=42)
    ap.add_argument("--beta-schedule", default="linear", choices=("linear", "scaled_linear"))
    ap.add_argument("--context-frames", type=int, default=24)
    ap.add_argument("--context-overlap", type=int, default=4)
    ap.add_argument("--dtype", default="float32", choices=("float32", "float16"))
    ap.add_argument("--noise-dtype", default="float16", choices=("float16", "float32"))
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--threads", type=int, help="default: what torch chooses")
    ap.add_argument("--repeat", type=int, default=1, help="calls; the fastest is reported")
    args = ap.parse_args()
    common.use_moore(args.moore)
    if args.threads:
        torch.set_num_threads(args.threads)

    start = time.perf_counter()
    runner = Runner(folder_config(args.weights, args.moore), args.weights, getattr(torch, args.dtype))
    pipe = runner.make_pipeline(args.beta_schedule).to(args.device)
    load_s = time.perf_counter() - start
    draw_noise_as(pipe, getattr(torch, args.noise_dtype))
    clock = Clock(pipe, args.device)
    ref, poses = Image.open(args.reference).convert("RGB"), read_poses(args.poses, args.L)

    runs = []
    for _ in range(args.repeat):
        clock.seconds.clear()
        start = clock.now()
        video = pipe(
            ref,
            poses,
            args.W,
            args.H,
            args.L,
            args.steps,
            args.guidance,
            generator=torch.manual_seed(args.seed),
            context_frames=args.context_frames,
            context_overlap=args.context_overlap,
        ).videos
        runs.append((clock.now() - start, dict(clock.seconds)))
    seconds, parts = min(runs, key=lambda r: r[0])

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for i in range(video.shape[2]):
        frame = (video[0, :, i].permute(1, 2, 0).float().cpu().numpy() * 255).astype(np.uint8)
        Image.fromarray(frame).save(out / f"frame_{i:05d}.png")
    report = {
        "seconds": seconds,
        "seconds_per_step": parts["denoise"] / args.steps,
        "parts": parts,
        "load_seconds": load_s,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in report.items()}))


if __name__ == "__main__":
    main()
