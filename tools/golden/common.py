"""Shared by the golden-data scripts: configs, random weights, checkpoints in the published layout.

Nothing of the reference implementation is contained here; its checkout is put on sys.path by `use_moore`.
"""

import json
import math
import os
import sys
import warnings
from collections import OrderedDict
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

import torch
from torch import nn


def use_moore(path):
    """Put the checkout of MooreThreads/Moore-AnimateAnyone on the import path."""
    path = Path(path).resolve()
    if not (path / "src" / "models" / "unet_3d.py").exists():
        raise SystemExit(f"{path} is not a checkout of Moore-AnimateAnyone")
    sys.path.insert(0, str(path))


def load_config(path):
    return json.loads(Path(path).read_text())


def vae_factor(cfg):
    """Pixels per latent cell, along each side."""
    return 2 ** (len(cfg["vae"]["block_out_channels"]) - 1)


def versions():
    """What the numbers depend on, for index.json."""
    import platform
    from importlib.metadata import version

    packages = ("torch", "torchvision", "diffusers", "transformers", "einops", "numpy", "Pillow", "safetensors")
    return {"python": platform.python_version(), **{p: version(p) for p in packages}}


def build_models(cfg):
    """Instantiate the five networks from a config. Weights are whatever the constructors give."""
    from diffusers import AutoencoderKL
    from src.models.pose_guider import PoseGuider
    from src.models.unet_2d_condition import UNet2DConditionModel
    from src.models.unet_3d import UNet3DConditionModel
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    unet3d_cfg = dict(cfg["unet"])
    # from_pretrained_2d writes these overrides out for four levels; this is the same rule for any number of them
    unet3d_cfg.update(
        _class_name="UNet3DConditionModel",
        down_block_types=[t.replace("2D", "3D") for t in cfg["unet"]["down_block_types"]],
        up_block_types=[t.replace("2D", "3D") for t in cfg["unet"]["up_block_types"]],
        mid_block_type="UNetMidBlock3DCrossAttn",
    )
    clip_cfg = {k: v for k, v in cfg["clip"].items() if k not in ("architectures", "torch_dtype")}
    pg = cfg["pose_guider"]
    models = {
        "denoising_unet": UNet3DConditionModel.from_config(unet3d_cfg, **cfg["unet_additional_kwargs"]),
        "reference_unet": UNet2DConditionModel.from_config(cfg["unet"]),
        "pose_guider": PoseGuider(
            pg["conditioning_embedding_channels"],
            pg["conditioning_channels"],
            tuple(pg["block_out_channels"]),
        ),
        "vae": AutoencoderKL.from_config(cfg["vae"]),
        "image_encoder": CLIPVisionModelWithProjection(CLIPVisionConfig(**clip_cfg)),
    }
    for m in models.values():
        m.eval().requires_grad_(False)
    return models


# Gains over 1/sqrt(fan_in). Query/key above 1 so that softmax is far from uniform, residual outputs below 1 so that
# the residual stream stays O(1), nothing zero: a zero projection would hide a whole path from the comparison.
_GAIN = [
    (("to_q.", "to_k.", "q_proj.", "k_proj."), 1.5),
    (("conv2.", "proj_out.", "to_out.0.", "ff.net.2.", "out_proj.", "fc2."), 0.7),
    (("encoder.conv_out.", "quant_conv."), 1.6),
    (("decoder.conv_out.",), 0.8),
]


def _gain(name):
    for keys, g in _GAIN:
        if any(k in name for k in keys):
            return g
    return 1.0


@torch.no_grad()
def randomise(model, seed, gain=1.0, bias=0.1):
    """Seeded random weights whose values are exactly representable in fp16."""
    g = torch.Generator().manual_seed(seed)

    def fill(p, std, mean=0.0):
        p.copy_((torch.randn(p.shape, generator=g, dtype=torch.float32) * std + mean).half().float())

    for name, mod in model.named_modules():
        if isinstance(mod, (nn.GroupNorm, nn.LayerNorm)):
            fill(mod.weight, 0.2, 1.0)
            fill(mod.bias, 0.2)
        elif isinstance(mod, (nn.Linear, nn.Conv2d)):
            fan_in = mod.weight[0].numel()
            fill(mod.weight, gain * _gain(name + ".") / math.sqrt(fan_in))
            if mod.bias is not None:
                fill(mod.bias, bias)
        elif isinstance(mod, nn.Embedding):
            fill(mod.weight, 0.3)
        else:
            for pname, p in mod.named_parameters(recurse=False):
                fill(p, 0.5)  # CLIP class_embedding
    zero = [n for n, p in model.named_parameters() if p.abs().max() == 0]
    assert not zero, zero


def _cast(sd, dtype):
    # position-encoding tables stay fp32: unlike the weights they are not representable in fp16
    cast = lambda k, v: v.to(dtype) if v.is_floating_point() and not k.endswith("pos_encoder.pe") else v
    out = OrderedDict((k, cast(k, v)) for k, v in sd.items())
    if hasattr(sd, "_metadata"):
        out._metadata = sd._metadata  # torch.save of a module's state_dict carries this attribute; loaders must cope
    return out


_VAE_OLD = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def save_checkpoints(cfg, models, root, dtypes):
    """Write the folder the way the published pretrained_weights folder is laid out."""
    from safetensors.torch import save_file

    root = Path(root)
    for d in ("stable-diffusion-v1-5/unet", "sd-vae-ft-mse", "image_encoder"):
        (root / d).mkdir(parents=True, exist_ok=True)

    def dump(path, obj):
        (root / path).write_text(json.dumps(obj, indent=2) + "\n")

    dump("stable-diffusion-v1-5/unet/config.json", cfg["unet"])
    dump("sd-vae-ft-mse/config.json", cfg["vae"])
    dump("image_encoder/config.json", cfg["clip"])
    keep = ("name", "seed", "unet", "unet_additional_kwargs", "noise_scheduler_kwargs", "pose_guider", "vae", "clip")
    dump("topology.json", {k: cfg[k] for k in keep})

    full = models["denoising_unet"].state_dict()
    spatial = OrderedDict((k, v) for k, v in full.items() if "motion_modules" not in k)
    spatial._metadata = OrderedDict((k, v) for k, v in full._metadata.items() if "motion_modules" not in k)
    motion = OrderedDict((k, v) for k, v in full.items() if "motion_modules" in k)
    torch.save(_cast(spatial, dtypes["denoising_unet"]), root / "denoising_unet.pth")
    torch.save(_cast(motion, dtypes["motion_module"]), root / "motion_module.pth")
    torch.save(_cast(models["reference_unet"].state_dict(), dtypes["reference_unet"]), root / "reference_unet.pth")
    torch.save(_cast(models["pose_guider"].state_dict(), dtypes["pose_guider"]), root / "pose_guider.pth")

    clip = models["image_encoder"].state_dict()
    if not cfg["clip_position_ids"]:
        clip = OrderedDict((k, v) for k, v in clip.items() if not k.endswith("position_ids"))
    torch.save(_cast(clip, dtypes["image_encoder"]), root / "image_encoder" / "pytorch_model.bin")

    vae = {}
    for k, v in models["vae"].state_dict().items():
        if cfg["vae_key_style"] == "old" and ".attentions." in k:
            for new, old in _VAE_OLD.items():
                k = k.replace(f".{new}.", f".{old}.")
        vae[k] = v.to(dtypes["vae"]).contiguous()
    save_file(vae, root / "sd-vae-ft-mse" / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    return {"denoising_unet": len(spatial), "motion_module": len(motion)}


def load_models(cfg, root):
    """Read the folder back through the reference loaders' rules; everything becomes fp32."""
    from diffusers import AutoencoderKL

    root = Path(root)
    models = build_models(cfg)

    def read(name):
        return torch.load(root / name, map_location="cpu")

    unet = models["denoising_unet"]
    motion = read("motion_module.pth")
    missing, unexpected = unet.load_state_dict(motion, strict=False)
    assert not unexpected
    missing, unexpected = unet.load_state_dict(read("denoising_unet.pth"), strict=False)
    assert not unexpected and set(missing) == set(motion), "only motion keys may be missing"
    models["reference_unet"].load_state_dict(read("reference_unet.pth"))
    models["pose_guider"].load_state_dict(read("pose_guider.pth"))
    clip = read("image_encoder/pytorch_model.bin")
    missing, unexpected = models["image_encoder"].load_state_dict(clip, strict=False)
    # a buffer in older transformers, absent from the state dict in newer ones
    assert all(k.endswith("position_ids") for k in missing + unexpected)
    models["vae"] = AutoencoderKL.from_pretrained(str(root / "sd-vae-ft-mse"))
    for m in models.values():
        m.eval().requires_grad_(False).float()
    return models
