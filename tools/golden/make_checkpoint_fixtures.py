"""Writes the small odd checkpoints of tests/golden/checkpoints: every dtype, views, parameters, nesting, prefixes, the
formats of torch.save, and some that must be refused. Element i of every tensor is i - 2 (i % 2 for booleans).

Usage: python make_checkpoint_fixtures.py OUT_DIR     (made with torch 2.0.1, safetensors 0.4.3)
"""
import sys
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

DTYPES = {
    "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64,
    "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool,
}


def ramp(shape, dtype=torch.float32):
    count = torch.Size(shape).numel()
    values = torch.arange(count)
    if dtype == torch.bool:
        return (values % 2 == 1).reshape(shape)
    if dtype == torch.uint8:
        return values.to(dtype).reshape(shape)
    return (values - 2).to(dtype).reshape(shape)


def every_dtype():
    tensors = {name: ramp((2, 3), dtype) for name, dtype in DTYPES.items()}
    tensors["scalar"] = torch.tensor(-2.0)
    tensors["empty"] = torch.zeros((0, 3))
    return tensors


def views():
    base = ramp((4, 6))
    return {"base": base, "transposed": base.t(), "rows": base[1:3], "column": base[:, 2], "same": base}


def module_state_dict():
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    state_dict = module.state_dict()  # an OrderedDict that carries _metadata
    for tensor in state_dict.values():
        tensor.copy_(ramp(tensor.shape, tensor.dtype))
    return state_dict


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    legacy = {"_use_new_zipfile_serialization": False}
    torch.save(every_dtype(), out / "every_dtype.pth")
    torch.save(every_dtype(), out / "every_dtype_legacy.pth", **legacy)
    save_file(every_dtype(), out / "every_dtype.safetensors", metadata={"format": "pt"})
    torch.save(views(), out / "views.pth")
    torch.save(views(), out / "views_legacy.pth", **legacy)
    torch.save(module_state_dict(), out / "state_dict.pth")
    torch.save(module_state_dict(), out / "state_dict_legacy.pth", **legacy)
    prefixed = OrderedDict((f"module.{key}", value) for key, value in module_state_dict().items())
    torch.save({"epoch": 3, "learning_rate": 1e-5, "name": "stage 2", "done": False, "note": None,
                "betas": (0.9, 0.999), "history": [1, 2, 3], "big": 2 ** 40, "state_dict": prefixed},
               out / "nested.pth")
    torch.save({"weight": nn.Parameter(ramp((2, 3)))}, out / "parameter.pth")
    # Refused.
    torch.save(nn.Sequential(nn.Linear(3, 2)), out / "refused_module.pth")
    torch.save({"weight": ramp((2, 3))}, out / "refused_protocol_4.pth", pickle_protocol=4)
    torch.save({"weight": ramp((1, 3)).expand(1000, 3)}, out / "refused_expanded.pth")
    torch.save({"weight": ramp((2, 3)), "step": 3}, out / "refused_number.pth")
    torch.save([ramp((2, 3))], out / "refused_list.pth")
    torch.save({"weight": ramp((2, 3)).to_sparse()}, out / "refused_sparse.pth")
    torch.jit.save(torch.jit.script(nn.Linear(3, 2)), out / "refused_torchscript.pth")


if __name__ == "__main__":
    main()
