"""Write pictures and what Python makes of them: Java and Swift must make the same bytes.

The reference is model_press itself (Pillow and NumPy), so no app can drift from it unnoticed.
"""

import argparse
import itertools
import pathlib
import sys
from typing import Literal

import numpy as np
from model_press.camera_input import separate
from model_press.formats import camera_input, manifest
from model_press.images import decode, preprocess
from PIL import Image
from testing import manifests

# (width, height) of the image and of the model's input: same size, halves, odd sizes, growth, both.
RESIZES = (
    ((8, 8), (8, 8)),
    ((8, 8), (4, 4)),
    ((8, 8), (13, 5)),
    ((37, 23), (16, 16)),
    ((23, 37), (16, 16)),
    ((5, 3), (64, 64)),
    ((101, 67), (64, 48)),
    ((640, 427), (64, 64)),
    ((1, 1), (7, 7)),
)
# (width, height) of a photograph, of the input of a model that crops it itself, and of what that one resizes to.
PLACES = (
    ((48, 36), (48, 36), (8, 8)),
    ((36, 48), (48, 36), (8, 8)),
    ((90, 36), (48, 36), (8, 8)),
    ((37, 101), (30, 40), (13, 5)),
    ((640, 427), (64, 48), (10, 16)),
    ((3, 2), (31, 47), (16, 16)),
)
_Triple = tuple[float, float, float]
_HALF = (127.5, 127.5, 127.5)
# (dtype, scale, zero point, colour order, mean, std) of an input.
_INPUTS: dict[str, tuple[manifest.Dtype, float, int, Literal["RGB", "BGR"], _Triple, _Triple]] = {
    "fused_uint8": ("uint8", 1.0, 0, "RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "tf_float32": ("float32", 0.0, 0, "RGB", _HALF, _HALF),
    "tf_uint8": ("uint8", 2 / 255, 127, "RGB", _HALF, _HALF),
    "tf_int8": ("int8", 2 / 255, -1, "RGB", _HALF, _HALF),
    "caffe_float32": ("float32", 0.0, 0, "BGR", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0)),
    "torch_int16": ("int16", 1e-4, 0, "RGB", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
_FITS: tuple[Literal["crop", "stretch"], ...] = ("crop", "stretch")
_SIDE = 16  # 16 x 16 = 256 pixels: every byte value in every channel.


def _picture(width: int, height: int, seed: int) -> np.ndarray:
    """uint8 [height, width, 3]: noise, hard edges and a gradient, which round differently."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    noise[:, : width // 3] = np.where(noise[:, : width // 3] > 127, 255, 0)
    ramp = np.linspace(0, 255, height, dtype=np.uint8)
    noise[:, 2 * width // 3 :, 1] = ramp[:, None]
    return noise


def _manifest(name: str) -> manifest.TfliteManifest:
    dtype, scale, zero_point, order, mean, std = _INPUTS[name]
    resize = manifest.Resize("crop", "bilinear_antialias")
    return manifests.manifest_of(
        name=name,
        input=manifest.Tensor("input", (1, _SIDE, _SIDE, 3), dtype, scale, zero_point),
        preprocess=manifest.Preprocess(order, resize, name.startswith("fused"), mean, std),
    )


def _camera_manifest(
    frame: camera_input.CameraFrame, network: tuple[int, int]
) -> manifest.TfliteManifest:
    return manifests.manifest_of(
        name="camera",
        input=manifest.Tensor("frame", (1, *frame.shape), "uint8", 1.0, 0),
        camera_input=camera_input.camera_input_of(frame, network),
    )


def _write(path: pathlib.Path, made: manifest.TfliteManifest) -> None:
    manifest.write(path, made)
    manifest.read_tflite(path)  # refuses what no reader may accept


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    out = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    for index, ((size, target), how) in enumerate(itertools.product(RESIZES, _FITS)):
        stem = f"resize_{index:02}_{how}"
        picture = _picture(*size, seed=index)
        np.save(out / f"{stem}.in.npy", picture)
        np.save(out / f"{stem}.out.npy", decode.fit(Image.fromarray(picture), *target, how))
    for index, ((size, (width, height), to), how) in enumerate(itertools.product(PLACES, _FITS)):
        stem, network = f"place_{index:02}_{how}", (to[1], to[0])
        photo = _picture(*size, seed=index)
        np.save(out / f"{stem}.in.npy", photo)
        frame = camera_input.CameraFrame(height, width, "RGB", how, "bilinear_antialias")
        placed = separate.place(Image.fromarray(photo), frame, network)
        np.save(out / f"{stem}.out.npy", separate.pixels(placed, frame, *network))
        _write(out / f"{stem}.manifest.json", _camera_manifest(frame, network))
    ramp = np.arange(_SIDE * _SIDE, dtype=np.uint8).reshape(_SIDE, _SIDE)
    # Three orders of all byte values, so that a swapped channel shows.
    pixels = np.stack([ramp, ramp[::-1], ramp.T], axis=-1)
    np.save(out / "pixels.npy", pixels)
    for name in _INPUTS:
        described = _manifest(name)
        _write(out / f"encode_{name}.manifest.json", described)
        np.save(out / f"encode_{name}.out.npy", preprocess.encode_input(pixels[None], described))
    alpha = np.random.default_rng(0).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    white = Image.new("RGBA", (32, 32), (255, 255, 255, 255))
    composited = Image.alpha_composite(white, Image.fromarray(alpha)).convert("RGB")
    np.save(out / "alpha.in.npy", alpha)
    np.save(out / "alpha.out.npy", np.asarray(composited))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
