"""A real trial: compresses, converts, evaluates and measures the variant at one point of a space."""

import dataclasses
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import numpy as np

from model_press.evaluate import outputs
from model_press.formats import files, manifest, strict_json
from model_press.formats.errors import UserError
from model_press.images import npy
from model_press.measure import process, ratio, rounds
from model_press.process import child
from model_press.search.outcome import Outcome
from model_press.search.space import Point, Space

_ROUNDS = 15
_CHECKPOINT_STEPS = 100


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs of every trial, as paths.

    model, info, labels: of the keras_model. recipe: conversion recipe. calibration: uint8 images .npy.
    images, classes: the selection set, uint8 [N, H, W, 3] and int32 [N] .npy. baseline, baseline_manifest: the variant
    that figures are ratios to. training: options of the compress program that name the training images.
    """

    model: str
    info: str
    labels: str
    recipe: str
    calibration: str | None
    images: str
    classes: str
    baseline: str
    baseline_manifest: str
    training: tuple[str, ...]

    def digest(self, space: Space) -> str:
        """Return the SHA-256 of everything that decides a trial's outcome, apart from the machine."""
        names = ("model", "recipe", "calibration", "images", "classes", "baseline")
        digests = [files.sha256(path) for name in names if (path := getattr(self, name))]
        return files.sha256_bytes(files.dump_json([space.digest, *digests]))


class Trials:
    """Evaluates points.

    Args:
      scratch: gives the folder of a point; a training that was killed goes on from there.
    """

    def __init__(self, inputs: Inputs, space: Space, scratch: Callable[[Point], pathlib.Path]):
        self._inputs, self._space, self._scratch = inputs, space, scratch
        self._truth = np.asarray(npy.read_npy(inputs.classes, "classes"))
        if (self._truth < 0).any():
            raise UserError(
                f"{(self._truth < 0).sum()} of {len(self._truth)} selection images have no class; give a "
                "labelled image_set"
            )
        self._baseline_top1: float | None = None

    def evaluate(self, point: Point) -> Outcome:
        """Make and measure the variant at a point; a point that a program refuses is a failed outcome.

        Raises:
          UserError: a program broke down (killed, no memory, no disk), which says nothing about the point.
        """
        folder = self._scratch(point)
        if self._baseline_top1 is None:
            self._baseline_top1 = self._top1(
                self._inputs.baseline, self._inputs.baseline_manifest, folder
            )
        try:
            model, manifest_path = self._variant(point, folder)
        except NoVariantError as error:
            return Outcome(point, None, None, None, None, str(error))
        latency, memory = self._ratios(model)
        return Outcome(
            point,
            round(self._baseline_top1 - self._top1(model, manifest_path, folder), 6),
            round(os.path.getsize(model) / os.path.getsize(self._inputs.baseline), 4),
            latency,
            memory,
        )

    def _variant(self, point: Point, folder: pathlib.Path) -> tuple[str, str]:
        inputs = self._inputs
        compression = folder / "compression.json"
        strict_json.write(compression, self._space.at(point, "trial"))
        small, info = folder / "small.keras", folder / "small.json"
        model, manifest_path = folder / "trial.tflite", folder / "trial.manifest.json"
        _run(
            "model_press.compress.compress_program",
            f"--label={_label(self._space, point)}",
            f"--model={inputs.model}",
            f"--info={inputs.info}",
            f"--compression={compression}",
            *inputs.training,
            f"--checkpoint={folder / 'training.checkpoint'}",
            f"--checkpoint-every={_CHECKPOINT_STEPS}",
            f"--out-model={small}",
            f"--out-info={info}",
            f"--out-report={folder / 'report.json'}",
        )
        images = inputs.calibration
        calibration = [f"--calibration-images={images}"] if images else []
        _run(
            "model_press.convert.convert_program",
            f"--label={_label(self._space, point)}",
            f"--model={small}",
            f"--info={info}",
            f"--labels={inputs.labels}",
            f"--recipe={inputs.recipe}",
            *calibration,
            f"--out-model={model}",
            f"--out-manifest={manifest_path}",
        )
        return str(model), str(manifest_path)

    def _top1(self, model: str, manifest_path: str, folder: pathlib.Path) -> float:
        raw = folder / "outputs.npy"
        _run(
            "model_press.tflite.predict_program",
            f"--model={model}",
            f"--manifest={manifest_path}",
            "--delegate=xnnpack",
            f"--images={self._inputs.images}",
            f"--out={raw}",
        )
        _, scores = outputs.read(raw, manifest.read(manifest_path), f"outputs of {model}")
        return float(np.mean(scores.argmax(1) == self._truth))

    def _ratios(self, model: str) -> tuple[float, float]:
        """Return latency with one thread and peak memory above the base, against the baseline, measured in turns."""
        probes = [process.Probe(path, 1, "xnnpack") for path in (model, self._inputs.baseline)]
        timed = [rounds.Timed(probe.run) for probe in probes]
        rounds.warm_up(timed)
        for index in range(_ROUNDS):
            rounds.measure(timed, index)
        # No verdict is asked for, so any bound will do.
        latency = ratio.of_rounds(timed[0].rounds, timed[1].rounds, bound=1.0).value
        above = [probe.close() - probe.ready["base_memory_bytes"] for probe in probes]
        return round(latency, 4), round(above[0] / above[1], 4)


def _label(space: Space, point: Point) -> str:
    return ",".join(f"{field}={value}" for field, value in space.values_at(point).items())


class NoVariantError(UserError):
    """One of our programs refused its input: there is no variant at this point."""


def _run(module: str, *arguments: str) -> None:
    """Run a program of ours in a process of its own: TensorFlow gives memory back only at its end.

    Raises:
      NoVariantError: the program refused, with its own line.
      UserError: it ended in another way.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=child.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip().splitlines()
        refusal = next((line for line in said if line.startswith("ERROR ")), "")
        if refusal and done.returncode == 1:
            raise NoVariantError(refusal.removeprefix("ERROR "))
        last = f": {said[-1]}" if said else ""
        raise UserError(
            f"{module} ended with exit code {done.returncode}, expected 0{last}; the trial is not counted: give it "
            "the memory or disk that it lacks and search again"
        )
