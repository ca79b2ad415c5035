"""Converts architectures of keras.applications by the shipped recipes, and says which hold.

    bazel run //python/benchmarks:zoo -- --out FOLDER [--network NAME ...] [--recipe NAME ...] [--work FOLDER]

Writes zoo.json and zoo.md; rows of earlier runs in that folder stay. A network takes about a minute and up to 3 GB.
"""

import argparse
import collections
import os
import pathlib
import tempfile
import time
from collections.abc import Sequence
from importlib import metadata

import numpy as np
from benchmarks import record
from benchmarks.zoo import networks, report
from model_press import files, preprocess, progress, recipes, user_path
from model_press.convert import convert
from model_press.errors import UserError
from model_press.inspection import facts, inspection
from model_press.measure import machine
from model_press.tflite_interpreter import Interpreter

RECIPES = ("fp32", "fp16", "dynamic_int8", "int8")
TABLES = (
    "tools/android/runtimes/tensorflow_lite_2.16.1.json",
    "models/runtimes/litert_2.3.0.json",
)
_RUNTIME = "ai-edge-litert"
# Least correlation of centred logits. Random weights, unlike trained ones, have no margin, and eight bits cost each
# network something else: there the bound is half of what exchanging red and blue costs.
_MIN_CORRELATION = {"fp32": 0.9999, "fp16": 0.99}


def bound(recipe: str, swapped: float) -> float:
    """The least correlation with Keras at which a recipe holds.

    Args:
      swapped: correlation of Keras' own logits with those of the same images in BGR.
    """
    return _MIN_CORRELATION.get(recipe, (1 + swapped) / 2)


def check(
    name: str, recipe_names: Sequence[str], folder: pathlib.Path, recipe_folder: str
) -> list[report.Row]:
    """One row a recipe of a network."""
    saved = networks.save(name, folder)
    network = networks.NETWORKS[name]
    calibration, compared = networks.images(network.size)
    rows = []
    for recipe_name in progress.track(recipe_names, name):
        recipe = recipes.read(os.path.join(recipe_folder, f"{recipe_name}.json"))
        pixels = calibration if recipe.quantized_activations else None
        begun = time.perf_counter()
        try:
            made = convert.convert_model(saved.path, preprocess.NAMED[network.mode], recipe, pixels)
        except UserError as error:
            rows.append(_failure(name, recipe_name, str(error)))
            continue
        seconds = time.perf_counter() - begun
        path = folder / f"{name}_{recipe_name}.tflite"
        files.write_bytes(path, made.data)
        rows.append(_row(name, recipe_name, path, seconds, saved, compared))
        path.unlink()
    return rows


def _row(
    name: str,
    recipe: str,
    path: pathlib.Path,
    seconds: float,
    saved: networks.Saved,
    compared: np.ndarray,
) -> report.Row:
    found = inspection.inspect(path, TABLES, seconds=0)
    scores = _scores(path, found, compared)
    correlation = correlate(scores, saved.logits)
    swapped = correlate(saved.swapped, saved.logits)
    least = bound(recipe, swapped)
    left = collections.Counter(op.op for op in found.running.undelegated)
    holds = correlation >= least
    problem, fix = _worst(found)
    if not holds:
        problem = (
            f"logits correlate by {correlation:.3f} with Keras', at least {least:.3f} expected"
        )
        fix = (
            '"mixed_precision" in the recipe turns the layers that cost most back to float'
            if recipe == "int8"
            else "recipe fp16, or int8, whose ranges come from images"
        )
    return report.Row(
        name,
        recipe,
        True,
        os.path.getsize(path),
        round(seconds, 1),
        tuple(loader.runtime for loader in found.loaders if loader.loads),
        found.running.partitions,
        tuple(f"{count} {op}" for op, count in sorted(left.items())),
        round(correlation, 5),
        round(swapped, 5),
        float(np.mean(scores.argmax(1) == saved.logits.argmax(1))),
        holds,
        problem,
        fix,
    )


def _failure(name: str, recipe: str, said: str) -> report.Row:
    problem, _, fix = said.replace("|", "/").partition("; ")
    fix = fix or "see the message; a SavedModel export, or another layer in its place"
    return report.Row(name, recipe, False, 0, 0.0, (), 0, (), 0.0, 0.0, 0.0, False, problem, fix)


def _worst(found: facts.Inspection) -> tuple[str, str]:
    """The gravest finding about loading or speed, and its cure."""
    for finding in found.findings:
        if finding.severity in ("error", "slow"):
            return f"{finding.what}: {finding.why}", finding.do
    return "", ""


def _scores(path: pathlib.Path, found: facts.Inspection, compared: np.ndarray) -> np.ndarray:
    runner, out, dtype = Interpreter(path), found.outputs[0], found.inputs[0].dtype
    codes = np.stack([runner.run(image[None].astype(dtype))[0] for image in compared])
    scale = out.scale or 1.0
    return (codes.astype(np.float64) - out.zero_point) * scale


def correlate(scores: np.ndarray, expected: np.ndarray) -> float:
    """Pearson's correlation of two arrays [images, classes], of each class less its mean over the images.

    The mean is what a network answers whatever it sees: of random weights most of a logit.
    """
    a, b = (x - x.mean(0) for x in (scores, expected.astype(np.float64)))
    # Of equal images rounding leaves something, which means nothing.
    if np.linalg.norm(a) < 1e-9 * np.linalg.norm(scores):
        return 0.0
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / norm) if norm > 0 else 0.0


def main(argv: list[str] | None = None) -> None:
    """Parses the arguments, checks and writes."""
    parser = argparse.ArgumentParser(prog="zoo", description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="existing folder for the record")
    parser.add_argument("--network", action="append", choices=list(networks.NETWORKS))
    parser.add_argument("--recipe", action="append", choices=RECIPES)
    args = parser.parse_args(argv)
    out = user_path.resolve(args.out)
    path = os.path.join(out, f"{report.NAME}.json")
    for name in args.network or networks.NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            rows = check(name, args.recipe or RECIPES, pathlib.Path(folder), "models/recipes")
        old = report.read(path) if os.path.exists(path) else None
        new = report.Report(
            report.SCHEMA_VERSION,
            record.today(),
            machine.this_machine(),
            f"{_RUNTIME} {metadata.version(_RUNTIME)}",
            tuple(rows),
        )
        # After each network, so that a run that is stopped keeps what it has.
        report.write(report.merge(old, new), out)


if __name__ == "__main__":
    main()
