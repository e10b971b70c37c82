#!/usr/bin/env python3
"""Module and pipeline goldens of one checkpoint folder, the fp32 noise floor and the sensitivities.

make_goldens.py --moore CHECKOUT --config CFG.json --weights DIR --inputs DIR --out DIR [--full-image PNG]

Every golden is computed three times with the reference code: fp32 (stored), fp64, and fp32 with other kernels (no
oneDNN, which means other convolutions). The inputs of the module goldens are fixed tensors, the same in all three runs,
so the differences are the rounding noise of that module alone. The pipeline goldens accumulate it over the whole chain.
"""

import argparse
import json
from fnmatch import fnmatch
from pathlib import Path

import common
import numpy as np
import torch
from PIL import Image
from runner import Runner
from sensitivity import bank_of, sensitivities


def rnd(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float32)


def pil(path):
    return Image.open(path).convert("RGB")


def latent_size(cfg):
    return cfg["size"]["height"] // common.vae_factor(cfg), cfg["size"]["width"] // common.vae_factor(cfg)


def preprocess(cfg, ref, full_image):
    """Pixel-level inputs exactly as the long pipeline makes them."""
    from diffusers.image_processor import VaeImageProcessor
    from transformers import CLIPImageProcessor

    w, h = cfg["size"]["width"], cfg["size"]["height"]
    clip, vae = CLIPImageProcessor(), VaeImageProcessor(vae_scale_factor=common.vae_factor(cfg), do_convert_rgb=True)
    out = {}
    for tag, im in (("ref", ref), ("full", full_image)):
        if im is None:
            continue
        small = im.resize((224, 224))
        out[f"{tag}.clip_resized_u8"] = torch.from_numpy(np.array(small))
        out[f"{tag}.clip_pixel_values"] = clip.preprocess(small, return_tensors="pt").pixel_values
        out[f"{tag}.vae_resized_u8"] = torch.from_numpy(np.array(vae.resize(im, height=h, width=w)))
        out[f"{tag}.vae_input"] = vae.preprocess(im, height=h, width=w)
    return out


def pose_tensor(cfg, poses):
    from diffusers.image_processor import VaeImageProcessor

    w, h = cfg["size"]["width"], cfg["size"]["height"]
    p = VaeImageProcessor(vae_scale_factor=common.vae_factor(cfg), do_convert_rgb=True, do_normalize=False)
    return torch.cat([p.preprocess(x, height=h, width=w).unsqueeze(2) for x in poses], dim=2)


def make_inputs(cfg, run, ref, poses):
    """Fixed inputs of the module goldens, from one fp32 pass of the chain (stored beside the outputs)."""
    lh, lw = latent_size(cfg)
    golden = cfg["golden"]
    frames = golden["context_frames"]
    pre = preprocess(cfg, ref, None)
    i = {"clip": {"pixel_values": pre["ref.clip_pixel_values"]}}
    i["vae_encode"] = {"image": pre["ref.vae_input"]}
    i["vae_decode"] = {"latents": rnd(11, 2, 4, lh, lw)}
    i["pose_guider"] = {"pose": pose_tensor(cfg, poses[: golden["pose_guider_frames"]])}
    embeds = run.clip(i["clip"]["pixel_values"])["image_embeds"]
    context = torch.cat([torch.zeros_like(embeds), embeds]).unsqueeze(1)
    z = run.vae_encode(i["vae_encode"]["image"])["latents"]
    pose = run.pose_guider(pose_tensor(cfg, poses[:frames]))["output"]

    def case(seed, ref_latents, pose_fea, t):
        _, _, hh, ww = ref_latents.shape
        refs = {"latents": ref_latents.repeat(2, 1, 1, 1), "context": context}
        bank = bank_of(run.reference_unet(**refs))
        den = {
            "latents": rnd(seed, 1, 4, frames, hh, ww).repeat(2, 1, 1, 1, 1),
            "timestep": torch.tensor(t),
            "context": context,
            "pose_fea": pose_fea.repeat(2, 1, 1, 1, 1),
            **{"bank." + k: v.half() for k, v in bank.items()},
        }
        return refs, den

    # the pipeline's own size, whose levels have odd sides, and a plain square one
    i["reference_unet"], i["denoising_unet"] = case(21, z, pose, 499)
    if golden["square"]:
        c0 = cfg["unet"]["block_out_channels"][0]
        square_pose = rnd(24, 1, c0, frames, 16, 16)
        i["reference_unet_square"], i["denoising_unet_square"] = case(22, rnd(23, 1, 4, 16, 16), square_pose, 999)
    i["pipeline_latents"] = {"latents": rnd(42, 1, 4, len(poses), lh, lw)}
    return i


def run_denoising(run, d, taps):
    args = (d["latents"], int(d["timestep"]), d["context"], d["pose_fea"])
    out = run.denoise(*args, bank_of(d), taps=taps)
    out["output_empty_bank"] = run.denoise(*args, {})["output"]
    return out


def pipeline_setup(cfg, name):
    """Everything about a pipeline run that its tensors do not tell; stored in index.json."""
    golden, run = cfg["golden"], cfg["golden"]["pipelines"][name]
    return {
        "num_frames": run["frames"],
        "num_inference_steps": run["steps"],
        "guidance_scale": run["guidance"],
        "beta_schedule": run["beta_schedule"],
        **cfg["size"],
        "context_frames": golden["context_frames"],
        "context_overlap": golden["context_overlap"],
        "context_stride": 1,
    }


def run_all(run, cfg, i, ref, poses):
    o = {name: getattr(run, name)(**i[name]) for name in ("pose_guider", "clip", "vae_encode", "vae_decode")}
    o["reference_unet"] = run.reference_unet(**i["reference_unet"])
    if "reference_unet_square" in i:
        square = run.reference_unet(**i["reference_unet_square"])
        o["reference_unet_square"] = {k: v for k, v in square.items() if k.startswith("bank.")}
    d = i["denoising_unet"]
    o["denoising_unet"] = run_denoising(run, d, True)
    if "denoising_unet_square" in i:
        o["denoising_unet_square"] = run_denoising(run, i["denoising_unet_square"], False)
    one = {k: v[1:] for k, v in bank_of(d).items()}
    o["denoising_unet"]["output_no_guidance"] = run.denoise(
        d["latents"][:1], int(d["timestep"]), d["context"][1:], d["pose_fea"][:1], one, cfg_on=False
    )["output"]
    one_frame = run.denoise(d["latents"][:, :, :1], 999, d["context"], d["pose_fea"][:, :, :1], bank_of(d))
    o["denoising_unet"]["output_one_frame_t999"] = one_frame["output"]

    z = i["pipeline_latents"]["latents"]
    for name in cfg["golden"]["pipelines"]:
        s = pipeline_setup(cfg, name)
        n = s["num_frames"]
        context = {k: v for k, v in s.items() if k.startswith("context_")}
        o[name] = run.pipeline(
            ref, poses[:n], z[:, :, :n], s["guidance_scale"], s["beta_schedule"], s["num_inference_steps"], context
        )
    return o


def compare(a, b):
    a, b = a.double(), b.double()
    d = (a - b).abs()
    scale = b.abs().max().item()
    rms = b.pow(2).mean().sqrt().item()
    return {
        "max_abs_diff": d.max().item(),
        "rel_to_max": d.max().item() / scale if scale else 0.0,
        "rms_diff_over_rms": (d.pow(2).mean().sqrt().item() / rms) if rms else 0.0,
        "max_abs_value": scale,
        "rms_value": rms,
    }


def tolerance(f64, other):
    """Ten times the larger noise, but not below what any honest fp32 implementation of such a network needs."""
    up = lambda x: float("%.1e" % (x * 1.05))
    noise = max(f64["max_abs_diff"], other.get("max_abs_diff", 0.0))
    rms = max(f64["rms_diff_over_rms"], other.get("rms_diff_over_rms", 0.0))
    return {"max_abs": up(max(10 * noise, 2e-5 * f64["max_abs_value"])), "rms_diff_over_rms": up(max(10 * rms, 1e-5))}


def describe(value, fp64, other_kernels):
    """Noise, tolerance and range of one output, for index.json."""
    f64 = compare(value, fp64)
    other = {} if other_kernels is None else compare(value, other_kernels)
    short = lambda d, keys: {k: float("%.3g" % d[k]) for k in keys if k in d}
    return {
        "noise_fp64": short(f64, ("max_abs_diff", "rel_to_max", "rms_diff_over_rms")),
        "noise_other_kernels": short(other, ("max_abs_diff", "rel_to_max")),
        "tolerance": tolerance(f64, other),
        "max_abs_value": float("%.4g" % f64["max_abs_value"]),
        "rms_value": float("%.4g" % f64["rms_value"]),
    }


class Writer:
    """Writes the files of a golden folder and remembers what index.json says about them."""

    def __init__(self, cfg, out):
        self.cfg, self.out, self.files = cfg, out, {}

    def save(self, name, tensors, meta=None):
        from safetensors.torch import save_file

        skip = self.cfg["golden"].get("leave_out", [])
        kept = {k: v for k, v in tensors.items() if not any(fnmatch(f"{name}:{k}", p) for p in skip)}
        save_file({k: v.contiguous().clone() for k, v in kept.items()}, self.out / f"{name}.safetensors")
        self.files[f"{name}.safetensors"] = {
            k: {"dtype": str(v.dtype).split(".")[1], "shape": list(v.shape), **((meta or {}).get(k, {}))}
            for k, v in sorted(kept.items())
        }

    def finish(self, sensitivity):
        index = {"config": self.cfg["name"], "versions": common.versions()}
        index["pipelines"] = {n: pipeline_setup(self.cfg, n) for n in self.cfg["golden"]["pipelines"]}
        if "stored_elsewhere" in self.cfg["golden"]:
            index["stored_elsewhere"] = self.cfg["golden"]["stored_elsewhere"]
        index.update(files=self.files, sensitivity=sensitivity)
        (self.out / "index.json").write_text(json.dumps(index, indent=1) + "\n")
        for f, tensors in self.files.items():
            noise = [(v["noise_fp64"]["rel_to_max"], k) for k, v in tensors.items() if "noise_fp64" in v]
            print(f, (self.out / f).stat().st_size, max(noise, default=None))


def outputs_only(args, cfg, ins, ref, poses):
    """One run in another type on the very inputs of the stored one, so that only the networks' rounding differs."""
    from safetensors.torch import load_file, save_file

    for name in list(ins):
        longest = max(cfg["golden"]["pipelines"].items(), key=lambda kv: kv[1]["frames"])[0]
        src = longest if name == "pipeline_latents" else name
        stored = load_file(Path(args.stored) / f"{src}.safetensors")
        ins[name] = {k[3:]: v for k, v in stored.items() if k.startswith("in.")}
    gold = run_all(Runner(cfg, args.weights, getattr(torch, args.outputs_only)), cfg, ins, ref, poses)
    for name, tensors in gold.items():
        out = {"out." + k: v.contiguous().clone() for k, v in tensors.items()}
        save_file(out, Path(args.out) / f"{name}.safetensors")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--moore", required=True, help="checkout of MooreThreads/Moore-AnimateAnyone")
    ap.add_argument("--config", required=True)
    ap.add_argument("--weights", required=True)
    ap.add_argument("--inputs", required=True, help="folder with ref.png and pose_00.png ...")
    ap.add_argument("--full-image", help="also store the preprocessing results of this image")
    ap.add_argument("--out", required=True)
    ap.add_argument("--threads", type=int, default=1, help="the networks are too small to profit from more")
    ap.add_argument(
        "--outputs-only",
        choices=("float16", "float32", "float64"),
        help="one run of this type, outputs only, for compare_goldens.py",
    )
    ap.add_argument("--stored", help="with --outputs-only: folder of the stored goldens, whose inputs are used")
    ap.add_argument("--brief", action="store_true", help="no per-module sensitivities, no third run")
    args = ap.parse_args()
    common.use_moore(args.moore)
    torch.set_num_threads(args.threads)
    cfg = common.load_config(args.config)
    inputs, out = Path(args.inputs), Path(args.out)
    ref = pil(inputs / "ref.png")
    poses = [pil(p) for p in sorted(inputs.glob("pose_*.png"))]
    out.mkdir(parents=True, exist_ok=True)

    run = Runner(cfg, args.weights)
    ins = make_inputs(cfg, run, ref, poses)
    if args.outputs_only:
        outputs_only(args, cfg, ins, ref, poses)
        return
    gold = run_all(run, cfg, ins, ref, poses)
    sens = sensitivities(run, ins["denoising_unet"], bank_of(gold["reference_unet"]), not args.brief)
    print(json.dumps({k: v for k, v in sens.items() if "one " not in k}, indent=1))
    fp64 = run_all(Runner(cfg, args.weights, torch.float64), cfg, ins, ref, poses)
    torch.backends.mkldnn.enabled = False
    other = None if args.brief else run_all(Runner(cfg, args.weights), cfg, ins, ref, poses)

    writer = Writer(cfg, out)
    full = pil(args.full_image) if args.full_image else None
    shown = poses[: cfg["golden"].get("preprocess_frames", len(poses))]
    writer.save("preprocess", {**preprocess(cfg, ref, full), "pose.pose_guider_input": pose_tensor(cfg, shown)})
    for name, tensors in gold.items():
        meta = {
            "out." + k: describe(v, fp64[name][k], other[name][k] if other else None)
            for k, v in tensors.items()
            if v.is_floating_point()
        }
        if name in cfg["golden"]["pipelines"]:
            n = tensors["frames"].shape[2]
            src = {"latents": ins["pipeline_latents"]["latents"][:, :, :n]}
        else:
            src = ins[name]
        stored = {"in." + k: v for k, v in src.items()}
        stored.update({"out." + k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
        writer.save(name, stored, meta)
    writer.finish(sens)


if __name__ == "__main__":
    main()
