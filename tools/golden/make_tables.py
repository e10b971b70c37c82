#!/usr/bin/env python3
"""Model-free goldens: DDIM tables and steps, context windows, seeded noise.

make_tables.py --moore CHECKOUT --out DIR
"""

import argparse
import json
from pathlib import Path

import common
import torch

KW = dict(
    beta_start=0.00085,
    beta_end=0.012,
    clip_sample=False,
    steps_offset=1,
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    timestep_spacing="trailing",
)
SHAPE = (1, 4, 2, 4, 4)


def scheduler_tables(moore_steps=(20, 25, 30), more_steps=(4, 10, 15, 40, 50)):
    from diffusers import DDIMScheduler

    out, info = {}, {}
    g = torch.Generator().manual_seed(7)
    x0 = torch.randn(SHAPE, generator=g)
    v = torch.randn((50, *SHAPE), generator=g)
    out["in.sample"], out["in.model_output"] = x0, v
    for kind in ("linear", "scaled_linear"):
        s = DDIMScheduler(beta_schedule=kind, **KW)
        out[f"{kind}.betas"] = s.betas.clone()
        out[f"{kind}.alphas_cumprod"] = s.alphas_cumprod.clone()
        out[f"{kind}.final_alpha_cumprod"] = s.final_alpha_cumprod.clone().reshape(1)
        for n in moore_steps + more_steps:
            s.set_timesteps(n)
            out[f"timesteps.{n}"] = s.timesteps.clone()
            for dtype, tag in ((torch.float32, "fp32"), (torch.float64, "fp64"), (torch.float16, "fp16")):
                if tag != "fp32" and n not in moore_steps:
                    continue
                x, chain = x0.to(dtype), []
                for i, t in enumerate(s.timesteps):
                    x = s.step(v[i].to(dtype), t, x, eta=0.0).prev_sample
                    chain.append(x)
                assert x.dtype == dtype
                out[f"{kind}.{n}.prev_sample.{tag}"] = torch.stack(chain)
            info[f"{kind}.{n}"] = {
                "timesteps": s.timesteps.tolist(),
                "prev_timesteps": [int(t) - 1000 // n for t in s.timesteps],
                "fp32_vs_fp64_max_abs": (
                    (out[f"{kind}.{n}.prev_sample.fp32"].double() - out[f"{kind}.{n}.prev_sample.fp64"])
                    .abs()
                    .max()
                    .item()
                    if n in moore_steps
                    else None
                ),
            }
    return out, info


def windows():
    from src.pipelines.context import get_context_scheduler

    uniform = get_context_scheduler("uniform")
    cases = []
    lengths = (1, 2, 8, 16, 23, 24, 25, 26, 40, 44, 45, 48, 61, 64, 100)
    grid = [(0, L, 24, 1, o, True) for L in lengths for o in (0, 4, 12)]
    grid += [(0, L, 8, 1, 2, c) for L in (8, 9, 10, 12, 14, 20) for c in (True, False)]
    grid += [(0, L, 24, 1, 4, False) for L in lengths]
    grid += [(0, L, 24, s, 4, c) for L in (25, 48, 61) for s in (2, 3) for c in (True, False)]
    grid += [(k, L, 24, s, 4, True) for L in (25, 61) for k in (1, 2, 5, 19) for s in (1, 3)]
    for step, length, size, stride, overlap, closed in grid:
        w = [[int(e) for e in x] for x in uniform(step, 20, length, size, stride, overlap, closed)]
        cases.append(
            dict(
                step=step,
                num_frames=length,
                context_size=size,
                context_stride=stride,
                context_overlap=overlap,
                closed_loop=closed,
                windows=w,
            )
        )
    return cases


def noise():
    out, info = {}, {}
    full = {"512x784x24": (1, 4, 24, 98, 64), "512x784x64": (1, 4, 64, 98, 64), "512x768x24": (1, 4, 24, 96, 64)}
    small = {"1x4x10x12x8": (1, 4, 10, 12, 8), "1x3x5": (1, 3, 5), "1x17": (1, 17), "1x33": (1, 33), "1x16": (1, 16)}
    for seed in (42, 123, 0, 2**31, 2**63 - 1):
        for name, shape in {**full, **small}.items():
            if seed not in (42, 123) and name != "1x4x10x12x8":
                continue
            for dtype, tag in ((torch.float16, "fp16"), (torch.float32, "fp32"), (torch.float64, "fp64")):
                if tag == "fp64" and name != "1x4x10x12x8":
                    continue
                g = torch.Generator(device="cpu").manual_seed(seed)
                x = torch.randn(shape, generator=g, dtype=dtype)
                key = f"seed{seed}.{name}.{tag}"
                flat = x.flatten()
                out[key] = flat[:32].clone() if name in full else x.clone()
                info[key] = {
                    "shape": list(shape),
                    "sum_fp64": x.double().sum().item(),
                    "abs_max": x.double().abs().max().item(),
                    "last_8": flat[-8:].double().tolist(),
                }
    return out, info


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--moore", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--other-noise", help="file made by --noise-only under another torch; stored beside ours")
    ap.add_argument(
        "--noise-only",
        action="store_true",
        help="write only the noise tables, of the torch that runs this, with torch.save to the file --out",
    )
    args = ap.parse_args()
    if args.noise_only:  # works without numpy and safetensors
        values, info = noise()
        torch.save({"torch": torch.__version__, "values": values, "info": info}, args.out)
        return
    common.use_moore(args.moore)
    from safetensors.torch import save_file

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    t, info = scheduler_tables()
    save_file({k: v.contiguous().clone() for k, v in t.items()}, out / "scheduler.safetensors")
    (out / "scheduler.json").write_text(json.dumps(info) + "\n")
    (out / "context_windows.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in windows()) + "\n]\n")
    t, info = noise()
    save_file({k: v.contiguous().clone() for k, v in t.items()}, out / "noise.safetensors")
    described = {"torch": torch.__version__, "noise": info}
    if args.other_noise:
        other = torch.load(args.other_noise)
        short = ".".join(other["torch"].split(".")[:2])
        save_file(
            {k: v.contiguous().clone() for k, v in other["values"].items()}, out / f"noise_torch{short}.safetensors"
        )
        described["other_torch"] = {
            "torch": other["torch"],
            "noise": other["info"],
            "max_abs_diff": {k: (t[k].double() - v.double()).abs().max().item() for k, v in other["values"].items()},
            "elements_that_differ": {k: int((t[k] != v).sum()) for k, v in other["values"].items()},
        }
    (out / "noise.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main()
