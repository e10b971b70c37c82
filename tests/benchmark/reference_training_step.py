#!/usr/bin/env python3
"""Times stage-1 training steps in the Python reference, for compare_training_with_reference.py.

reference_training_step.py --reference-repo CHECKOUT --model-dir DIR [--width 256 --height 256 --batch 1 --repeat 3]

Loads the networks of MooreThreads/Moore-AnimateAnyone from a model folder in the published layout and takes the step of
its train_stage_1.py: VAE and CLIP frozen and run without gradients, ReferenceNet, denoising UNet without motion modules
and Pose Guider trained, v-prediction with min-SNR weights, gradient norm clipped, AdamW. Float32 on the CPU, eager.
Pictures are noise; the time does not depend on them. One step warms up, then the peak of the memory is reset and
--repeat steps are measured. Prints one JSON line.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "golden"))
import common  # noqa: E402
import reference_part as part  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402


def read_config(folder, moore):
    cfg = part.read_config(folder, moore)
    layers = cfg["unet"].get("layers_per_block", 2)
    if isinstance(layers, list):  # the reference knows one number for all levels
        if len(set(layers)) != 1:
            raise SystemExit("the reference cannot have levels that differ in layers_per_block")
        cfg["unet"]["layers_per_block"] = layers[0]
    cfg["unet_additional_kwargs"]["use_motion_module"] = False
    weights = part.read_weights(folder, part.FILES["pose_guider"], 1)
    blocks = sorted(int(k.split(".")[1]) for k in weights if k.startswith("blocks.") and k.endswith(".weight"))
    widths = [weights["conv_in.weight"].shape[0]] + [weights[f"blocks.{i}.weight"].shape[0] for i in blocks[1::2]]
    cfg["pose_guider"].update(
        block_out_channels=widths, conditioning_embedding_channels=weights["conv_out.weight"].shape[0]
    )
    return cfg


def load_networks(cfg, folder):
    original = part.read_weights
    # The motion modules' file is not read: the first stage has none.
    part.read_weights = lambda where, stems, needed: original(where, stems[:1] if needed == 2 else stems, 1)
    names = ("image_encoder", "vae", "reference_unet", "pose_guider", "denoising_unet")
    return {name: part.load_network(cfg, folder, name) for name in names}


class Stage1:
    """What train_stage_1.py keeps between steps."""

    def __init__(self, cfg, models):
        from diffusers import DDIMScheduler
        from src.models.mutual_self_attention import ReferenceAttentionControl

        self.cfg, self.models = cfg, models
        keep = {"num_train_timesteps", "beta_start", "beta_end"}
        schedule = {k: v for k, v in cfg["noise_scheduler_kwargs"].items() if k in keep}
        self.scheduler = DDIMScheduler(
            **schedule,
            beta_schedule="scaled_linear",
            rescale_betas_zero_snr=True,
            timestep_spacing="trailing",
            prediction_type="v_prediction",
        )
        unet, reference = models["denoising_unet"], models["reference_unet"]
        trained = (reference, unet, models["pose_guider"])
        for model in trained:
            model.train().requires_grad_(True)
        for name, parameter in reference.named_parameters():
            parameter.requires_grad_("up_blocks.3" not in name)
        self.writer = ReferenceAttentionControl(reference, mode="write", fusion_blocks="full")
        self.reader = ReferenceAttentionControl(unet, mode="read", fusion_blocks="full")
        self.parameters = [p for model in trained for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-5, weight_decay=1e-2)

    def encode(self, images):
        scale = self.cfg["vae"].get("scaling_factor", 0.18215)
        return self.models["vae"].encode(images).latent_dist.sample() * scale

    def loss(self, batch):
        models = self.models
        with torch.no_grad():
            latents = self.encode(batch["img"]).unsqueeze(2)  # (b, c, 1, h, w)
            reference_latents = self.encode(batch["ref_img"])
            embeds = models["image_encoder"](batch["clip_img"]).image_embeds.unsqueeze(1)
        noise = torch.randn_like(latents)
        steps = self.scheduler.config.num_train_timesteps
        timesteps = torch.randint(0, steps, (latents.shape[0],)).long()
        noisy = self.scheduler.add_noise(latents, noise, timesteps)
        target = self.scheduler.get_velocity(latents, noise, timesteps)
        pose = models["pose_guider"](batch["pose"].unsqueeze(2))
        models["reference_unet"](
            reference_latents, torch.zeros_like(timesteps), encoder_hidden_states=embeds, return_dict=False
        )
        self.reader.update(self.writer, dtype=torch.float32)
        prediction = models["denoising_unet"](
            noisy, timesteps, pose_cond_fea=pose, encoder_hidden_states=embeds, return_dict=False
        )[0]
        alphas = self.scheduler.alphas_cumprod[timesteps]
        snr = alphas / (1 - alphas) + 1
        weights = torch.minimum(snr, torch.full_like(snr, 5.0)) / snr
        errors = F.mse_loss(prediction.float(), target.float(), reduction="none").mean(dim=(1, 2, 3, 4))
        return (errors * weights).mean()

    def step(self, batch):
        loss = self.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.reader.clear()
        self.writer.clear()
        return float(loss)


def make_batch(cfg, args):
    picture = lambda: torch.rand(args.batch, 3, args.height, args.width)
    size = cfg["clip"]["image_size"]
    return {
        "img": picture() * 2 - 1,
        "ref_img": picture() * 2 - 1,
        "pose": picture(),
        "clip_img": torch.randn(args.batch, 3, size, size),
    }


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--reference-repo", required=True)
    ap.add_argument("--model-dir", required=True, type=Path)
    ap.add_argument("--width", type=int, default=256)
    ap.add_argument("--height", type=int, default=256)
    ap.add_argument("--batch", type=int, default=1)
    ap.add_argument("--repeat", type=int, default=3)
    ap.add_argument("--threads", type=int, default=0)
    args = ap.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    common.use_moore(args.reference_repo)
    cfg = read_config(args.model_dir, args.reference_repo)
    stage = Stage1(cfg, load_networks(cfg, args.model_dir))
    batch = make_batch(cfg, args)

    walls, cpus = [], []
    for turn in range(1 + args.repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        loss = stage.step(batch)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if turn == 0:
            part.reset_peak()
    print(
        json.dumps(
            {
                "part": "train-stage1",
                "wall_seconds": walls[1:],
                "cpu_seconds": cpus[1:],
                "warm_up_seconds": walls[0],
                "peak_resident_bytes": part.peak_bytes(),
                "trained_weights": sum(p.numel() for p in stage.parameters),
                "loss": loss,
                "threads": torch.get_num_threads(),
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
