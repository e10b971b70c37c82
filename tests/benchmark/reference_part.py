#!/usr/bin/env python3
"""Times one part of a job in the Python reference (MooreThreads/Moore-AnimateAnyone), for compare_with_reference.py.

reference_part.py --reference-repo CHECKOUT --model-dir DIR --part step|reference|vae-decode|vae-encode|clip|job ...

Loads only the networks of that part from a model folder in the published layout (.pth, .bin or .safetensors), runs it
once to warm up and --repeat times on the clock. Prints one JSON line. One process per part, so that the peak of the
memory belongs to that part; it is reset after loading.
"""

import argparse
import json
import math
import os
import re
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "golden"))
import common  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from torch import nn  # noqa: E402

PARTS = {
    "clip": ["image_encoder"],
    "vae-encode": ["vae"],
    "reference": ["reference_unet"],
    "step": ["denoising_unet"],
    "vae-decode": ["vae"],
    "job": ["image_encoder", "vae", "reference_unet", "pose_guider", "denoising_unet"],
}
FILES = {
    "denoising_unet": ["denoising_unet", "motion_module"],
    "reference_unet": ["reference_unet"],
    "pose_guider": ["pose_guider"],
    "vae": ["sd-vae-ft-mse/diffusion_pytorch_model", "vae/diffusion_pytorch_model"],
    "image_encoder": ["image_encoder/pytorch_model", "image_encoder/model"],
}
OLD_VAE_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


class no_initialisation:
    """Constructors that leave the weights as memory is: they are overwritten anyway, and it takes minutes."""

    NAMES = ("kaiming_uniform_", "uniform_", "normal_", "xavier_uniform_", "trunc_normal_")

    def __enter__(self):
        self.saved = {n: getattr(nn.init, n) for n in self.NAMES}
        for n in self.NAMES:
            setattr(nn.init, n, lambda t, *a, **k: t)

    def __exit__(self, *_):
        for n, f in self.saved.items():
            setattr(nn.init, n, f)


def read_weights(folder, stems, needed):
    """The state dict in the files `stems`, of whichever format is there; `needed`: how many of them must be."""
    weights, found = {}, 0
    for stem in stems:
        for ending in (".safetensors", ".pth", ".bin"):
            path = folder / (stem + ending)
            if not path.exists():
                continue
            if ending == ".safetensors":
                from safetensors.torch import load_file

                weights.update(load_file(str(path)))
            else:
                weights.update(torch.load(path, map_location="cpu"))
            found += 1
            break
    if found < needed:
        raise SystemExit(f"{folder} has none of {stems}")
    return weights


def read_config(folder, moore):
    """topology.json, and what it leaves out from the folder's config.json files and the reference's inference_v2.yaml."""
    topology = folder / "topology.json"
    cfg = common.load_config(topology) if topology.exists() else {}
    for key, subfolder in {"unet": "stable-diffusion-v1-5/unet", "vae": "sd-vae-ft-mse", "clip": "image_encoder"}.items():
        if key not in cfg:
            cfg[key] = common.load_config(folder / subfolder / "config.json")
    if "unet_additional_kwargs" not in cfg or "noise_scheduler_kwargs" not in cfg:
        from omegaconf import OmegaConf

        inference = OmegaConf.to_container(OmegaConf.load(Path(moore) / "configs/inference/inference_v2.yaml"))
        for key in ("unet_additional_kwargs", "noise_scheduler_kwargs"):
            cfg.setdefault(key, inference[key])
    cfg["unet_additional_kwargs"].setdefault("unet_use_cross_frame_attention", False)
    cfg["unet_additional_kwargs"].setdefault("unet_use_temporal_attention", False)
    pose = cfg.setdefault("pose_guider", {})
    pose.setdefault("block_out_channels", [16, 32, 96, 256])
    pose.setdefault("conditioning_channels", 3)
    pose.setdefault("conditioning_embedding_channels", cfg["unet"]["block_out_channels"][0])
    return cfg


def build(cfg, name):
    """One network of the reference, weights undefined."""
    if name == "denoising_unet":
        from src.models.unet_3d import UNet3DConditionModel

        unet = dict(cfg["unet"])
        unet.update(
            _class_name="UNet3DConditionModel",
            down_block_types=[t.replace("2D", "3D") for t in unet["down_block_types"]],
            up_block_types=[t.replace("2D", "3D") for t in unet["up_block_types"]],
            mid_block_type="UNetMidBlock3DCrossAttn",
        )
        return UNet3DConditionModel.from_config(unet, **cfg["unet_additional_kwargs"])
    if name == "reference_unet":
        from src.models.unet_2d_condition import UNet2DConditionModel

        return UNet2DConditionModel.from_config(cfg["unet"])
    if name == "pose_guider":
        from src.models.pose_guider import PoseGuider

        pose = cfg["pose_guider"]
        channels = tuple(pose["block_out_channels"])
        return PoseGuider(pose["conditioning_embedding_channels"], pose["conditioning_channels"], channels)
    if name == "vae":
        from diffusers import AutoencoderKL

        return AutoencoderKL.from_config(cfg["vae"])
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    keep = {k: v for k, v in cfg["clip"].items() if k not in ("architectures", "torch_dtype")}
    return CLIPVisionModelWithProjection(CLIPVisionConfig(**keep))


def load_network(cfg, folder, name):
    with no_initialisation():
        model = build(cfg, name)
    weights = read_weights(folder, FILES[name], 2 if name == "denoising_unet" else 1)
    if name == "vae":
        old = re.compile(r"(\.attentions\.\d+\.)(query|key|value|proj_attn)\.")
        weights = {old.sub(lambda m: m[1] + OLD_VAE_NAMES[m[2]] + ".", k): v for k, v in weights.items()}
        linear = {k for k, p in model.state_dict().items() if p.dim() == 2}
        weights = {k: v.flatten(1) if k in linear and v.dim() == 4 else v for k, v in weights.items()}
    wanted = set(model.state_dict())
    missing, unexpected = model.load_state_dict(weights, strict=False)
    optional = lambda k: k.endswith(("position_ids", "pos_encoder.pe")) or k.startswith(("conv_norm_out", "conv_out"))
    missing = [k for k in missing if not optional(k)]
    if missing:
        raise SystemExit(f"{name}: {len(missing)} of {len(wanted)} keys are missing, e.g. {missing[0]}")
    return model.eval().requires_grad_(False).float()


def level_sizes(cfg, height, width):
    factor = common.vae_factor(cfg)
    sizes = [(height // factor, width // factor)]
    for _ in cfg["unet"]["block_out_channels"][1:]:
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes


def fill_banks(unet, cfg, sizes, rows):
    """What the ReferenceNet would have left: fp16, as the reference keeps it."""
    from src.models.attention import TemporalBasicTransformerBlock

    last = len(sizes) - 1
    for name, block in unet.named_modules():
        if not isinstance(block, TemporalBasicTransformerBlock):
            continue
        where = re.match(r"(down_blocks|up_blocks|mid_block)\.?(\d*)", name)
        level = {"down_blocks": lambda i: i, "up_blocks": lambda i: last - i, "mid_block": lambda i: last}[where[1]](
            int(where[2] or 0)
        )
        h, w = sizes[level]
        block.bank = [torch.randn(rows, h * w, block.norm1.normalized_shape[0]).to(torch.float16)]


def step_call(cfg, models, args, compiled):
    from src.models.mutual_self_attention import ReferenceAttentionControl

    unet = models["denoising_unet"]
    guided = args.guidance > 1
    rows = 2 if guided else 1
    ReferenceAttentionControl(
        unet, mode="read", do_classifier_free_guidance=guided, batch_size=1, fusion_blocks="full"
    )
    sizes = level_sizes(cfg, args.height, args.width)
    h, w = sizes[0]
    fill_banks(unet, cfg, sizes, rows)
    dim, width = cfg["unet"]["cross_attention_dim"], cfg["unet"]["block_out_channels"][0]
    context = torch.cat([torch.zeros(1, 1, dim), torch.randn(1, 1, dim)])[-rows:]
    x = torch.randn(1, cfg["unet"]["in_channels"], args.frames, h, w).repeat(rows, 1, 1, 1, 1)
    pose = torch.randn(1, width, args.frames, h, w).repeat(rows, 1, 1, 1, 1)
    forward = torch.compile(unet) if compiled else unet
    t = torch.tensor(499)
    return lambda: forward(x, t, encoder_hidden_states=context, pose_cond_fea=pose, return_dict=False)[0]


def reference_call(cfg, models, args, compiled):
    from src.models.mutual_self_attention import ReferenceAttentionControl

    unet = models["reference_unet"]
    guided = args.guidance > 1
    rows = 2 if guided else 1
    ReferenceAttentionControl(
        unet, mode="write", do_classifier_free_guidance=guided, batch_size=1, fusion_blocks="full"
    )
    h, w = level_sizes(cfg, args.height, args.width)[0]
    dim = cfg["unet"]["cross_attention_dim"]
    context = torch.cat([torch.zeros(1, 1, dim), torch.randn(1, 1, dim)])[-rows:]
    x = torch.randn(1, cfg["unet"]["in_channels"], h, w).repeat(rows, 1, 1, 1)
    forward = torch.compile(unet) if compiled else unet
    blocks = [b for b in unet.modules() if hasattr(b, "bank")]

    def call():
        out = forward(x, torch.tensor(0), encoder_hidden_states=context, return_dict=False)[0]
        for b in blocks:
            b.bank.clear()
        return out

    return call


def vae_decode_call(cfg, models, args, compiled):
    h, w = level_sizes(cfg, args.height, args.width)[0]
    z = torch.randn(1, cfg["vae"]["latent_channels"], h, w)
    decode = torch.compile(models["vae"].decode) if compiled else models["vae"].decode
    return lambda: decode(z).sample


def vae_encode_call(cfg, models, args, compiled):
    x = torch.rand(1, 3, args.height, args.width) * 2 - 1
    encode = torch.compile(models["vae"].encode) if compiled else models["vae"].encode
    return lambda: encode(x).latent_dist.mean


def clip_call(cfg, models, args, compiled):
    size = cfg["clip"]["image_size"]
    x = torch.randn(1, 3, size, size)
    model = torch.compile(models["image_encoder"]) if compiled else models["image_encoder"]
    return lambda: model(x).image_embeds


def job_call(cfg, models, args, compiled):
    from diffusers import DDIMScheduler
    from src.pipelines.pipeline_pose2vid_long import Pose2VideoPipeline

    if compiled:
        models["denoising_unet"].forward = torch.compile(models["denoising_unet"].forward)
        models["reference_unet"].forward = torch.compile(models["reference_unet"].forward)
        models["vae"].decode = torch.compile(models["vae"].decode)
    pipe = Pose2VideoPipeline(scheduler=DDIMScheduler(**cfg["noise_scheduler_kwargs"]), **models)
    pipe.set_progress_bar_config(disable=True)
    rng = np.random.RandomState(0)
    picture = lambda: Image.fromarray(rng.randint(0, 256, (args.height, args.width, 3), dtype=np.uint8))
    reference, poses = picture(), [picture() for _ in range(args.frames)]
    return lambda: pipe(
        reference,
        poses,
        args.width,
        args.height,
        args.frames,
        args.steps,
        args.guidance,
        generator=torch.manual_seed(0),
    ).videos


CALLS = {
    "clip": clip_call,
    "vae-encode": vae_encode_call,
    "reference": reference_call,
    "step": step_call,
    "vae-decode": vae_decode_call,
    "job": job_call,
}


def peak_bytes():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass  # the peak then covers loading, too


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--reference-repo", required=True)
    ap.add_argument("--model-dir", required=True, type=Path)
    ap.add_argument("--part", required=True, choices=list(PARTS))
    ap.add_argument("--width", type=int, default=512)
    ap.add_argument("--height", type=int, default=512)
    ap.add_argument("--frames", type=int, default=4)
    ap.add_argument("--steps", type=int, default=2)
    ap.add_argument("--guidance", type=float, default=3.5)
    ap.add_argument("--threads", type=int, default=0)
    ap.add_argument("--repeat", type=int, default=1)
    ap.add_argument("--no-warm-up", action="store_true", help="for jobs of minutes, where the first run is like any")
    ap.add_argument("--compile", action="store_true", help="through torch.compile")
    args = ap.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    common.use_moore(args.reference_repo)

    start = time.perf_counter()
    cfg = read_config(args.model_dir, args.reference_repo)
    models = {name: load_network(cfg, args.model_dir, name) for name in PARTS[args.part]}
    call = CALLS[args.part](cfg, models, args, args.compile)
    load_s = time.perf_counter() - start
    load_peak = peak_bytes()

    def run():
        a, c = time.perf_counter(), time.process_time()
        out = call()
        return time.perf_counter() - a, time.process_time() - c, out

    warm_up = None
    with torch.no_grad():
        if not args.no_warm_up:
            warm_up = run()[0]
        reset_peak()
        runs = [run() for _ in range(args.repeat)]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "part": args.part,
                "wall_seconds": [r[0] for r in runs],
                "cpu_seconds": [r[1] for r in runs],
                "warm_up_seconds": warm_up,
                "load_seconds": load_s,
                "peak_resident_bytes": peak_bytes(),
                "peak_load_bytes": load_peak,
                "finite": bool(math.isfinite(float(runs[-1][2].float().abs().max()))),
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "total_cpu_seconds": usage.ru_utime + usage.ru_stime,
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
