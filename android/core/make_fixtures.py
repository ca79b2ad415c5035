"""Writes test images and the Python reference's results for them.

The reference is model_press itself (Pillow and NumPy), so the app cannot drift from it unnoticed.
"""

import argparse
import itertools
import json
import pathlib
import sys
from typing import Any, Literal

import numpy as np
from model_press.camera_input import separate
from model_press.formats import manifest as manifest_lib
from model_press.formats.camera_input import CameraFrame
from model_press.images import decode, preprocess
from PIL import Image

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
# (dtype, scale, zero point, colour order, mean, std) of an input.
_INPUTS = {
    "fused_uint8": ("uint8", 1.0, 0, "RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "tf_float32": ("float32", 0.0, 0, "RGB", (127.5,) * 3, (127.5,) * 3),
    "tf_uint8": ("uint8", 2 / 255, 127, "RGB", (127.5,) * 3, (127.5,) * 3),
    "tf_int8": ("int8", 2 / 255, -1, "RGB", (127.5,) * 3, (127.5,) * 3),
    "caffe_float32": ("float32", 0.0, 0, "BGR", (103.939, 116.779, 123.68), (1.0,) * 3),
    "torch_int16": ("int16", 1e-4, 0, "RGB", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
_FITS: tuple[Literal["crop", "stretch"], ...] = ("crop", "stretch")
_SIDE = 16  # 16 x 16 = 256 pixels: every byte value in every channel.


def _picture(width: int, height: int, seed: int) -> np.ndarray:
    """Return uint8 [height, width, 3]: noise, hard edges and a gradient, which round differently."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    noise[:, : width // 3] = np.where(noise[:, : width // 3] > 127, 255, 0)
    ramp = np.linspace(0, 255, height, dtype=np.uint8)
    noise[:, 2 * width // 3 :, 1] = ramp[:, None]
    return noise


def _manifest(name: str) -> dict[str, Any]:
    dtype, scale, zero_point, order, mean, std = _INPUTS[name]
    return {
        "schema_version": 1,
        "name": name,
        "model": {"file": "m.tflite", "format": "tflite", "sha256": "0" * 64, "bytes": 1},
        "source": {
            "name": "m",
            "sha256": "0" * 64,
            "keras": "2",
            "parameters": 1,
            "trained": False,
        },
        "recipe": {"name": "int8"},
        "input": {
            "name": "input",
            "shape": [1, _SIDE, _SIDE, 3],
            "dtype": dtype,
            "scale": scale,
            "zero_point": zero_point,
        },
        "output": {
            "name": "output",
            "shape": [1, 2],
            "dtype": "float32",
            "scale": 0.0,
            "zero_point": 0,
        },
        "preprocess": {
            "color_order": order,
            "resize": {"fit": "crop", "filter": "bilinear_antialias"},
            "fused": name.startswith("fused"),
            "mean": mean,
            "std": std,
        },
        "labels": {"file": "l.txt", "count": 2, "sha256": "0" * 64},
        "activation_bytes": None,
        "requires": {"ops": [], "custom_ops": [], "minimum_runtime": "2.16.1"},
    }


def _camera_manifest(width: int, height: int, network: tuple[int, int], fit: str) -> dict[str, Any]:
    fields = _manifest("fused_uint8")
    tensor = fields["input"] | {"shape": [1, height, width, 3]}
    return fields | {
        "input": tensor,
        "camera_input": {
            "height": height,
            "width": width,
            "color_order": "RGB",
            "fit": fit,
            "filter": "bilinear_antialias",
            "rotation_degrees": 0,
            "model_input_size": network,
        },
    }


def _reference(fields: dict[str, Any], pixels: np.ndarray) -> np.ndarray:
    pre, tensor = fields["preprocess"], fields["input"]
    manifest = _Described(
        manifest_lib.Tensor(**{**tensor, "shape": tuple(tensor["shape"])}),
        manifest_lib.Preprocess(
            color_order=pre["color_order"],
            resize=manifest_lib.Resize(**pre["resize"]),
            fused=pre["fused"],
            mean=tuple(pre["mean"]),
            std=tuple(pre["std"]),
        ),
    )
    return preprocess.encode_input(pixels, manifest)


class _Described:
    """The two parts of a manifest that encode_input reads."""

    def __init__(self, tensor: manifest_lib.Tensor, pre: manifest_lib.Preprocess):
        self.input = tensor
        self.preprocess = pre


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
        camera = CameraFrame(height, width, "RGB", how, "bilinear_antialias")
        frame = separate.place(Image.fromarray(photo), camera, network)
        np.save(out / f"{stem}.out.npy", separate.pixels(frame, camera, *network))
        fields = _camera_manifest(width, height, network, how)
        (out / f"{stem}.manifest.json").write_text(json.dumps(fields), encoding="utf-8")
    ramp = np.arange(_SIDE * _SIDE, dtype=np.uint8).reshape(_SIDE, _SIDE)
    # Three orders of all byte values, so that a swapped channel shows.
    pixels = np.stack([ramp, ramp[::-1], ramp.T], axis=-1)
    np.save(out / "pixels.npy", pixels)
    for name in _INPUTS:
        fields = _manifest(name)
        (out / f"encode_{name}.manifest.json").write_text(json.dumps(fields), encoding="utf-8")
        np.save(out / f"encode_{name}.out.npy", _reference(fields, pixels[None]))
    alpha = np.random.default_rng(0).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    white = Image.new("RGBA", (32, 32), (255, 255, 255, 255))
    composited = Image.alpha_composite(white, Image.fromarray(alpha)).convert("RGB")
    np.save(out / "alpha.in.npy", alpha)
    np.save(out / "alpha.out.npy", np.asarray(composited))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
