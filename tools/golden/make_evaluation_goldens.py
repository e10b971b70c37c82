"""Writes tests/golden/evaluation: what public packages measure of small clips.

  python make_evaluation_goldens.py OUT_DIR
  (torch 2.0.1, torchvision 0.15.2, numpy 1.23.5, scipy 1.11.4,
   opencv 4.8.1, scikit-image 0.22.0, lpips 0.1.4, safetensors 0.4.3)

pictures.safetensors  pairs of pictures uint8 [H, W, 3], "<name>.a", "<name>.b";
                      sets of features "<name>.features_a", "..._b"; "clips"
figures.json          pairs:   psnr, l1, ssim, ssim_gaussian of scikit-image
                      published: the same pairs by the script behind the
                               tables of papers
                      lpips:   distances by the lpips package with weights that
                               hashed() makes, so that they need not be stored
                      frechet: Frechet distances by scipy's matrix square root
                      video_features: what both networks below make of "clips"
video_features.pt     a small TorchScript network for clips
picky_features.pt     the same with the arguments of the public I3D file
"""

import json
import pathlib
import sys
import zipfile
import zlib

import cv2
import lpips
import numpy
import scipy.linalg
import torch
from safetensors.numpy import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def hashed(key, shape, scale):
    """Matches HashedTensor of tests/unit/engine/evaluation/lpips_test.cc."""
    count = int(numpy.prod(shape))
    state = numpy.arange(count, dtype=numpy.uint64) * 2654435761
    state = (state + zlib.crc32(key.encode())) & 0xFFFFFFFF
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    state ^= state >> 16
    unit = state.astype(numpy.float64) / 2.0**31 - 1.0
    return (unit * scale).astype(numpy.float32).reshape(shape)


def figure(width, height, shift):
    """A person of sorts on a gradient."""
    y, x = numpy.mgrid[0:height, 0:width]
    picture = numpy.stack([40 + 150 * x / width, 200 - 90 * y / height,
                           90 + 60 * (x + y) / (width + height)], axis=-1)
    cx = width / 2 + shift
    head = (x - cx)**2 + (y - height * .2)**2 < (height * .1)**2
    body = (abs(x - cx) < width * .14) & (abs(y - height * .52) < height * .2)
    picture[body] = (30, 60, 190)
    picture[body & (y // 4 % 2 == 0)] = (240, 240, 235)
    picture[head] = (232, 190, 160)
    return picture


def bytes_of(picture):
    return numpy.clip(numpy.rint(picture), 0, 255).astype(numpy.uint8)


def make_pairs():
    draw = numpy.random.RandomState(5)
    noise = draw.randint(0, 256, (29, 33, 3))
    person = figure(96, 144, 0)
    blurred = person.copy()
    for _ in range(4):
        blurred = (blurred + numpy.roll(blurred, 1, 0) +
                   numpy.roll(blurred, 1, 1) + numpy.roll(blurred, -1, 0)) / 4
    return {
        "noise": (bytes_of(noise), bytes_of(noise[::-1])),
        "moved": (bytes_of(person), bytes_of(figure(96, 144, 7))),
        "blurred": (bytes_of(person), bytes_of(blurred)),
        "grainy": (bytes_of(figure(70, 66, 3)),
                   bytes_of(figure(70, 66, 3) + draw.normal(0, 12,
                                                            (66, 70, 3)))),
    }


def similarity(a, b, **options):
    return float(structural_similarity(a, b, channel_axis=2, data_range=255,
                                       **options))


def measure_pair(a, b):
    difference = a.astype(numpy.float64) - b.astype(numpy.float64)
    return {
        "psnr": float(peak_signal_noise_ratio(a, b, data_range=255)),
        "l1": float(numpy.abs(difference).mean()),
        "ssim": similarity(a, b),
        "ssim_gaussian": similarity(a, b, gaussian_weights=True, sigma=1.5),
    }


def measure_as_published(a, b):
    """Repeats what DisCo's script computes of bytes, wrap-around included."""
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (a, b)]
    absolute = numpy.absolute(a.astype(float) - b.astype(float))
    return {
        "psnr": float(20 * numpy.log10(
            255.0 / numpy.sqrt(numpy.mean((a - b)**2)))),
        "ssim": float(structural_similarity(*grey)),
        "l1": float((absolute / (a.shape[0] * a.shape[1])).mean()),
    }


def lpips_with_hashed_weights(net):
    model = lpips.LPIPS(net=net, pretrained=False, pnet_rand=True,
                        verbose=False).eval()
    for key, value in model.state_dict().items():
        if key.startswith(("scaling_layer", "lins.")):
            continue  # constants, and a second name of lin0 to lin4
        shape = tuple(value.shape)
        if key.startswith("lin"):
            new = numpy.abs(hashed(key, shape, 1.0))
        elif key.endswith("bias"):
            new = hashed(key, shape, 0.1)
        else:
            new = hashed(key, shape, (6.0 / numpy.prod(shape[1:]))**0.5)
        value.copy_(torch.from_numpy(new))
    return model


def measure_lpips(model, a, b, low=-1):
    def tensor(picture):
        values = torch.from_numpy(picture.astype(numpy.float32) / 255)
        return (values * (1 - low) + low).permute(2, 0, 1)[None]

    with torch.no_grad():
        return float(model(tensor(a), tensor(b)))


def frechet(a, b):
    mean = a.mean(0) - b.mean(0)
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb)
    return float(mean @ mean + numpy.trace(ca) + numpy.trace(cb) -
                 2 * numpy.trace(root.real))


class VideoFeatures(torch.nn.Module):

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv3d(3, 6, (2, 4, 4), (1, 4, 4))
        for name, value in self.conv.named_parameters():
            value.data.copy_(torch.from_numpy(
                hashed(name, tuple(value.shape), 0.2)))

    def forward(self, clip):
        return self.conv(clip / 127.5 - 1).relu().mean((2, 3, 4))


class PickyFeatures(VideoFeatures):

    def forward(self, clip, rescale: bool = False, resize: bool = False,
                return_features: bool = False):
        if not (rescale and resize and return_features):
            return torch.zeros(clip.shape[0], 1)
        return self.conv(clip / 127.5 - 1).relu().mean((2, 3, 4))


def save_script(network, path):
    """Without debug_pkl, which names folders of this machine."""
    torch.jit.script(network).save(str(path))
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            if not name.endswith(".debug_pkl"):
                archive.writestr(zipfile.ZipInfo(name), data)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    pairs = make_pairs()
    draw = numpy.random.RandomState(9)
    mix = draw.normal(size=(8, 8))
    features = {
        "many": (draw.normal(size=(60, 8)) @ mix,
                 draw.normal(size=(45, 8)) @ mix * 1.3 + .4),
        "few": (draw.normal(size=(12, 8)), draw.normal(.2, 1, size=(5, 8))),
    }
    tensors = {}
    for name, (a, b) in pairs.items():
        tensors[f"{name}.a"] = a
        tensors[f"{name}.b"] = numpy.ascontiguousarray(b)
    for name, (a, b) in features.items():
        tensors[f"{name}.features_a"] = a
        tensors[f"{name}.features_b"] = b
    clips = hashed("clips", (2, 3, 5, 16, 12), 127.5) + 127.5
    tensors["clips"] = clips.astype(numpy.float32)
    save_file(tensors, str(out / "pictures.safetensors"))

    figures = {
        "pairs": {name: measure_pair(*pair) for name, pair in pairs.items()},
        "published": {name: measure_as_published(*pair)
                      for name, pair in pairs.items()},
        "lpips": {},
        "frechet": {name: frechet(*pair) for name, pair in features.items()},
    }
    for net in ("alex", "vgg"):
        model = lpips_with_hashed_weights(net)
        figures["lpips"][net] = {
            name: measure_lpips(model, *pairs[name])
            for name in ("moved", "blurred", "grainy")}

    # The last network is VGG, that of published tables.
    figures["published"]["moved"]["lpips"] = measure_lpips(
        model, *pairs["moved"], low=0)
    figures["video_features"] = VideoFeatures()(
        torch.from_numpy(tensors["clips"])).tolist()
    save_script(VideoFeatures(), out / "video_features.pt")
    save_script(PickyFeatures(), out / "picky_features.pt")
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
