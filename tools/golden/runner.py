"""Runs the reference's networks and its whole pipeline on given tensors and returns what came out."""

import common
import torch

VAE_SCALE = 0.18215


class Taps:
    """Records the first output of named submodules."""

    def __init__(self, model, names):
        self.out = {}
        modules = dict(model.named_modules())
        self.handles = [modules[n].register_forward_hook(self._hook(n)) for n in names]

    def _hook(self, name):
        def record(_module, _inputs, out):
            if hasattr(out, "sample"):
                out = out.sample
            if isinstance(out, tuple):
                out = out[0]
            self.out.setdefault(name, out.detach().clone())

        return record

    def close(self):
        for h in self.handles:
            h.remove()
        return {"tap." + k: v for k, v in self.out.items()}


def unet_taps(cfg):
    levels = range(len(cfg["unet"]["block_out_channels"]))
    return (
        ["conv_in", "time_embedding"]
        + [f"down_blocks.{i}" for i in levels]
        + ["down_blocks.0.resnets.0", "down_blocks.0.attentions.0"]
        + ["mid_block.resnets.0", "mid_block.attentions.0", "mid_block"]
        + [f"up_blocks.{i}" for i in levels]
    )


def motion_taps(cfg):
    last = cfg["unet"]["layers_per_block"]
    return [
        "down_blocks.0.motion_modules.0",
        "mid_block.motion_modules.0",
        f"up_blocks.1.motion_modules.{last}",
        "conv_norm_out",
    ]


def vae_taps(cfg):
    levels = range(len(cfg["vae"]["block_out_channels"]))
    encoder = ["encoder.conv_in"] + [f"encoder.down_blocks.{i}" for i in levels] + ["encoder.mid_block", "encoder"]
    decoder = ["post_quant_conv", "decoder.conv_in", "decoder.mid_block"] + [f"decoder.up_blocks.{i}" for i in levels]
    return encoder, decoder


class Runner:
    def __init__(self, cfg, weights, dtype=torch.float32):
        self.cfg, self.dtype = cfg, dtype
        self.m = common.load_models(cfg, weights)
        for module in self.m.values():
            module.to(dtype)

    def c(self, t):
        return t.to(self.dtype) if t.is_floating_point() else t

    # ---- single networks ----------------------------------------------------------------------------------------
    @torch.no_grad()
    def pose_guider(self, pose):
        last = len(self.m["pose_guider"].blocks) - 1
        taps = Taps(self.m["pose_guider"], ["conv_in", "blocks.1", f"blocks.{last}"])
        out = self.m["pose_guider"](self.c(pose))
        return {"output": out, **taps.close()}

    @torch.no_grad()
    def clip(self, pixel_values):
        m = self.m["image_encoder"]
        r = m(self.c(pixel_values), output_hidden_states=True)
        # index 0 of hidden_states is the output of pre_layrnorm
        out = {f"tap.hidden_states.{i}": h for i, h in enumerate(r.hidden_states)}
        pooled = m.vision_model.post_layernorm(r.last_hidden_state[:, 0])
        return {"image_embeds": r.image_embeds, "tap.post_layernorm": pooled, **out}

    @torch.no_grad()
    def vae_encode(self, image):
        taps = Taps(self.m["vae"], vae_taps(self.cfg)[0])
        d = self.m["vae"].encode(self.c(image)).latent_dist
        return {"mean": d.mean, "logvar": d.logvar, "latents": d.mean * VAE_SCALE, **taps.close()}

    @torch.no_grad()
    def vae_decode(self, latents):
        z = 1 / VAE_SCALE * self.c(latents)
        taps = Taps(self.m["vae"], vae_taps(self.cfg)[1])
        x = self.m["vae"].decode(z).sample
        return {"sample": x, "frames": (x / 2 + 0.5).clamp(0, 1), **taps.close()}

    def controls(self, cfg_on):
        from src.models.mutual_self_attention import ReferenceAttentionControl

        kw = dict(do_classifier_free_guidance=cfg_on, batch_size=1, fusion_blocks="full")
        w = ReferenceAttentionControl(self.m["reference_unet"], mode="write", **kw)
        r = ReferenceAttentionControl(self.m["denoising_unet"], mode="read", **kw)
        return w, r

    def blocks(self, which):
        from src.models.attention import BasicTransformerBlock, TemporalBasicTransformerBlock

        kind = BasicTransformerBlock if which == "reference_unet" else TemporalBasicTransformerBlock
        return {n: b for n, b in self.m[which].named_modules() if isinstance(b, kind)}

    @torch.no_grad()
    def reference_unet(self, latents, context):
        self.controls(context.shape[0] == 2)
        taps = Taps(self.m["reference_unet"], unet_taps(self.cfg))
        self.m["reference_unet"](
            self.c(latents), torch.tensor(0), encoder_hidden_states=self.c(context), return_dict=False
        )
        out = taps.close()
        for n, b in self.blocks("reference_unet").items():
            assert len(b.bank) == 1
            out["bank." + n] = b.bank[0].clone()
            b.bank.clear()
        return out

    @torch.no_grad()
    def denoise(self, latents, t, context, pose_fea, bank, taps=False, cfg_on=True):
        """bank: {block name: fp16 tensor} as the reader holds it after update(), {} for empty banks."""
        self.controls(cfg_on)
        unet = self.m["denoising_unet"]
        for n, b in self.blocks("denoising_unet").items():
            b.bank = [bank[n].clone()] if bank else []
        tap = Taps(unet, unet_taps(self.cfg) + motion_taps(self.cfg)) if taps else None
        y = unet(
            self.c(latents),
            torch.tensor(t),
            encoder_hidden_states=self.c(context),
            pose_cond_fea=self.c(pose_fea),
            return_dict=False,
        )[0]
        for b in self.blocks("denoising_unet").values():
            b.bank.clear()
        return {"output": y, **(tap.close() if tap else {})}

    # ---- whole pipeline -----------------------------------------------------------------------------------------
    def make_pipeline(self, schedule="linear"):
        from diffusers import DDIMScheduler
        from src.pipelines.pipeline_pose2vid_long import Pose2VideoPipeline

        kw = dict(self.cfg["noise_scheduler_kwargs"], beta_schedule=schedule)
        pipe = Pose2VideoPipeline(scheduler=DDIMScheduler(**kw), **self.m)
        pipe.set_progress_bar_config(disable=True)
        return pipe

    def pipeline(self, ref, poses, latents, guidance, schedule, steps, context):
        """context: the keyword arguments context_frames, context_overlap, context_stride of the pipeline."""
        pipe = self.make_pipeline(schedule)
        log = {"noise_pred": [], "latents": []}

        # Wrapped, not changed: the initial latents are given instead of drawn; everything else only records.
        def prepare_latents(*_a, **_k):
            return self.c(latents) * pipe.scheduler.init_noise_sigma

        step = pipe.scheduler.step

        def recording_step(v, t, x, **k):
            r = step(v, t, x, **k)
            log["noise_pred"].append(v.clone())
            log["latents"].append(r.prev_sample.clone())
            return r

        decode = pipe.decode_latents

        def recording_decode(z):
            log["final_latents"] = z.clone()
            return decode(z)

        pipe.prepare_latents = prepare_latents
        pipe.scheduler.step = recording_step
        pipe.decode_latents = recording_decode
        hooks = [
            pipe.image_encoder.register_forward_hook(lambda _m, _i, o: log.update(image_embeds=o.image_embeds.clone())),
            pipe.pose_guider.register_forward_hook(lambda _m, _i, o: log.update(pose_fea=o.clone())),
            pipe.reference_unet.register_forward_pre_hook(lambda _m, i: log.update(ref_latents=i[0][:1].clone())),
        ]
        size = self.cfg["size"]
        frames = pipe(ref, poses, size["width"], size["height"], len(poses), steps, guidance, **context).videos
        for h in hooks:
            h.remove()
        return {
            "image_embeds": log["image_embeds"],
            "ref_image_latents": log["ref_latents"],
            "pose_fea": log["pose_fea"],
            "noise_pred": torch.stack(log["noise_pred"]),
            "step_latents": torch.stack(log["latents"]),
            "final_latents": log["final_latents"],
            "frames": frames,
            "timesteps": pipe.scheduler.timesteps.clone(),
        }
