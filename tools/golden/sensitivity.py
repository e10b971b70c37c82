"""How much the denoising UNet's output moves when one of its inputs or parts is altered.

A tolerance that would swallow one of these changes is too wide to test that part.
"""

import torch


def bank_of(inputs):
    """The reference features among the stored inputs or outputs of a golden, by block name."""
    return {k[5:]: v for k, v in inputs.items() if k.startswith("bank.")}


def rms(t):
    return t.pow(2).mean().sqrt()


def sensitivities(run, inputs, bank32, per_module):
    """{alteration: {"uncond": r, "cond": r}}, r = rms of the change over rms of the output of that row.

    inputs: those of the denoising_unet golden; bank32: its reference features before the cast to fp16.
    """
    d, bank, t = inputs, bank_of(inputs), int(inputs["timestep"])

    def call(lat=d["latents"], tt=t, ctx=d["context"], pose=d["pose_fea"], bk=bank):
        return run.denoise(lat, tt, ctx, pose, bk)["output"].double()

    base = call()

    def rel(y, first_frame=0):
        part = slice(first_frame, None)
        rows = enumerate(("uncond", "cond"))
        return {r: (rms(y[k, :, part] - base[k, :, part]) / rms(base[k])).item() for k, r in rows}

    g = torch.Generator().manual_seed(5)
    noise = lambda like: 0.01 * torch.randn(like.shape, generator=g)
    out = {}
    out["latents + 1% noise"] = rel(call(lat=d["latents"] + noise(d["latents"])))
    out["timestep 499 -> 449"] = rel(call(tt=449))
    out["CLIP token of the cond row = 0"] = rel(call(ctx=torch.zeros_like(d["context"])))
    out["CLIP token + 1% noise"] = rel(call(ctx=d["context"] * (1 + noise(d["context"]))))
    out["pose feature = 0"] = rel(call(pose=torch.zeros_like(d["pose_fea"])))
    out["pose feature of the next frame"] = rel(call(pose=d["pose_fea"].roll(1, 2)))
    out["banks empty"] = rel(call(bk={}))
    out["banks + 1% noise"] = rel(call(bk={k: (v.float() * (1 + noise(v))).half() for k, v in bank.items()}))
    out["banks of row 0 used for row 1"] = rel(call(bk={k: v[[0, 0]] for k, v in bank.items()}))
    out["banks kept in fp32 instead of fp16"] = rel(call(bk=bank32))
    for name in sorted(bank) if per_module else ():
        one = dict(bank)
        one[name] = torch.zeros_like(bank[name])
        out[f"one bank zeroed: {name.replace('.transformer_blocks.0', '')}"] = rel(call(bk=one))
    with torch.no_grad():
        out.update(temporal(run, lambda: rel(call()), per_module))
    order = [1, 0, *range(2, d["latents"].shape[2])]
    y = call(lat=d["latents"][:, :, order], pose=d["pose_fea"][:, :, order])
    out[f"frames 0 and 1 swapped, change in frames 2..{len(order) - 1}"] = rel(y, first_frame=2)
    return out


def temporal(run, change, per_module):
    """The entries about motion modules. change: runs the network as it is now and compares."""
    unet = run.m["denoising_unet"]
    modules = {n: p for n, p in unet.named_modules() if n.endswith("temporal_transformer.proj_out")}
    saved = {n: (p.weight.clone(), p.bias.clone()) for n, p in modules.items()}

    def zero(names):
        for n in names:
            modules[n].weight.zero_()
            modules[n].bias.zero_()
        y = change()
        for n in names:
            modules[n].weight.copy_(saved[n][0])
            modules[n].bias.copy_(saved[n][1])
        return y

    out = {"all motion modules off": zero(list(modules))}
    for n in sorted(modules) if per_module else ():
        out[f"one motion module off: {n.split('.temporal')[0]}"] = zero([n])
    tables = [b for n, b in unet.named_buffers() if n.endswith("pos_encoder.pe")]
    keep = [b.clone() for b in tables]
    for b in tables:
        b.zero_()
    out["temporal position encoding = 0"] = change()
    for b, k in zip(tables, keep):
        b.copy_(k)
    return out
