"""Times models with fused input and output against the separate steps, from camera bytes to labels' indices.

    bazel run //benchmarks:fused_benchmark -- [--rounds N]

Separately, Pillow (C) drops alpha or makes RGB of a camera's planes, turns, crops and resizes, the unfused variant
runs, and NumPy sorts. Both take turns in each round; figures are ratios of the medians, fused / separate.
"""

import argparse
import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from model_press.camera_input import yuv
from model_press.camera_input.tflite import fusing
from model_press.camera_input.tflite.runner import FusedRunner
from model_press.formats import camera_input, manifest
from model_press.images import decode, preprocess
from model_press.measure import machine, probe, ratio, rounds
from model_press.tflite.interpreter import Interpreter
from PIL import Image

from benchmarks import record


def frame_of(
    height: int, width: int, order: camera_input.PixelOrder, rotation: camera_input.Rotation
) -> camera_input.CameraFrame:
    """Return a frame as an app sends it."""
    return camera_input.CameraFrame(height, width, order, "crop", "bilinear_antialias", rotation)


FRAMES = (
    frame_of(480, 640, "RGBA", 0),
    frame_of(720, 1280, "RGBA", 0),
    frame_of(480, 640, "NV21", 90),
    frame_of(720, 1280, "NV21", 90),
)
_TOP = 5
_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def compare(
    model: str,
    description: manifest.TfliteManifest,
    sent: camera_input.CameraFrame,
    threads: int,
    count: int,
) -> tuple[float, float, ratio.Ratio]:
    """Return (fused ms, separate ms, their ratio) of one variant on one kind of frame."""
    camera = dataclasses.replace(sent, fit=description.preprocess.resize.fit)
    answer = camera_input.make_postprocess(("topk",), _TOP, description.labels.count)
    with open(model, "rb") as file:
        made = fusing.fuse(file.read(), description, "fused", camera, answer)
    fused = FusedRunner(made.data, made.manifest, threads)
    plain = Interpreter(model, threads)
    frame = np.random.default_rng(0).integers(0, 256, camera.shape, np.uint8)
    _, out_height, out_width, _ = description.input.shape

    def separately() -> np.ndarray:
        rgb = upright_rgb(frame, camera)
        pixels = decode.fit(rgb, out_width, out_height, camera.fit)
        codes = plain.run(preprocess.encode_input(pixels[None], description))[0]
        return np.argsort(-preprocess.decode_output(codes, description.output), kind="stable")[
            :_TOP
        ]

    steps = (lambda: fused.run(frame), separately)
    both = [rounds.Timed(functools.partial(probe.times_ms, step)) for step in steps]
    rounds.warm_up(both)
    for index in range(count):
        rounds.measure(both, index)
    one, other = both
    found = ratio.of_rounds(one.rounds, other.rounds, 1.0)
    return one.latency().median_ms, other.latency().median_ms, found


def upright_rgb(frame: np.ndarray, camera: camera_input.CameraFrame) -> Image.Image:
    """Return a frame of RGBA, NV12 or NV21 as Pillow makes it RGB; its YCbCr is the same BT.601, each part rounded."""
    if camera.is_planar:
        luma, colours = np.split(frame[..., 0], [camera.height])
        pairs = colours.reshape(camera.height // 2, camera.width // 2, 2)
        size = (camera.width, camera.height)
        parts = [
            Image.fromarray(np.ascontiguousarray(pairs[..., place])).resize(
                size, Image.Resampling.NEAREST
            )
            for place in yuv.places(camera.color_order)
        ]
        rgb = Image.merge("YCbCr", [Image.fromarray(luma), *parts]).convert("RGB")
    else:
        rgb = Image.fromarray(frame).convert("RGB")
    return rgb.transpose(_TURNS[camera.rotation_degrees]) if camera.rotation_degrees else rgb


def table(paths: Sequence[tuple[str, str]], count: int) -> str:
    """Return the Markdown table for (model, manifest) pairs."""
    rows = []
    for model, manifest_path in paths:
        description = manifest.read_tflite(manifest_path, camera=False)
        for sent in FRAMES:
            for threads in (1, 2):
                fused, separate, found = compare(model, description, sent, threads, count)
                kind = f"{sent.width}x{sent.height} {sent.color_order}"
                interval = f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
                times = (f"{fused:.2f}", f"{separate:.2f}")
                rows.append((description.name, kind, threads, *times, interval))
    return record.table("variant | frame | threads | fused ms | separate ms | ratio (95 %)", rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and print the table."""
    parser = argparse.ArgumentParser(prog="fused_benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--variant", action="append", default=[], metavar="MODEL=MANIFEST")
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args(argv)
    pairs = [tuple(item.split("=", 1)) for item in args.variant]
    print(f"{record.where(machine.this_machine())}, {args.rounds} interleaved rounds\n")
    print(table(pairs, args.rounds))


if __name__ == "__main__":
    main()
