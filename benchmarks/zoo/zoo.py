"""Converts architectures of keras.applications by the shipped recipes, and says which hold.

    bazel run //benchmarks:zoo -- --out FOLDER [--network NAME ...] [--recipe NAME ...] [--work FOLDER]

Where int8 does not hold or leaves the delegate, changed forms of it are tried, too. Writes zoo.json and zoo.md; rows of
earlier runs in that folder stay. A network takes one to five minutes and up to 3 GB.
"""

import collections
import dataclasses
import os
import pathlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import metadata

import numpy as np
from model_press.convert import convert
from model_press.formats import files, normalization, recipes
from model_press.formats.errors import UserError
from model_press.inspect import facts, inspect_model
from model_press.measure import machine
from model_press.process import progress
from model_press.tflite.interpreter import Interpreter

from benchmarks import record
from benchmarks.zoo import networks, report

RECIPES = ("fp32", "fp16", "dynamic_int8", "int8")
TABLES = (
    "tools/android/runtimes/tensorflow_lite_2.16.1.json",
    "models/runtimes/litert_2.3.0.json",
)
_RUNTIME = "ai-edge-litert"
# What is tried where int8 fails.
_REWRITTEN, _MIXED, _EQUALIZED = "gelu and math", "mixed_precision", "equalized"
# Those with more calibration images. The second mends nothing: it tells whether ranges are the cause.
_CALIBRATED = (report.MORE_IMAGES, report.SEEN)
# From here on images that reach so far are the cause, see networks.reach.
_OUTLYING = 20.0
# Least correlation of centred logits. Random weights, unlike trained ones, have no margin, and eight bits cost each
# network something else: there the bound is half of what exchanging red and blue costs.
_MIN_CORRELATION = {"fp32": 0.9999, "fp16": 0.99}


def bound(recipe: str, swapped: float) -> float:
    """Return the least correlation with Keras at which a recipe holds.

    Args:
      swapped: correlation of Keras' own logits with those of the same images in BGR.
    """
    return _MIN_CORRELATION.get(recipe, (1 + swapped) / 2)


def check(
    name: str, recipe_names: Sequence[str], folder: pathlib.Path, recipe_folder: str
) -> Iterator[report.Row]:
    """Return one row per recipe of a network, each bad one followed by a row for each attempt to fix it."""
    saved = networks.save(name, folder)
    run = f"{record.today()}, {record.where(machine.this_machine())}, {_RUNTIME} {metadata.version(_RUNTIME)}"
    for recipe_name in progress.track(recipe_names, name):
        recipe = recipes.read(os.path.join(recipe_folder, f"{recipe_name}.json"))
        row = _convert(name, recipe, recipe_name, "", saved, folder, run)
        yield row
        for change in _changes(row):
            yield _try(change, row, recipe, saved, folder)


def _changes(row: report.Row) -> Iterator[str]:
    if row.recipe == "int8" and row.builds:
        if not row.is_whole:
            yield _REWRITTEN
        if not row.holds:
            yield from (*_CALIBRATED, _MIXED, _EQUALIZED)


def _try(
    change: str,
    row: report.Row,
    recipe: recipes.Recipe,
    saved: networks.Saved,
    folder: pathlib.Path,
) -> report.Row:
    name = f"{row.recipe}, {change}"
    pixels = None
    if change in _CALIBRATED:
        size = networks.NETWORKS[row.network].size
        pixels, compared = networks.images(size, networks.MORE_IMAGES)
        if change == report.SEEN:
            pixels = np.concatenate([pixels, compared])
    elif change == _REWRITTEN:
        recipe = dataclasses.replace(recipe, rewrites=(*recipe.rewrites, "gelu", "math"))
    elif change == _MIXED:
        allowed = allowed_difference(saved.logits, bound(row.recipe, row.swapped))
        recipe = dataclasses.replace(recipe, mixed_precision=recipes.MixedPrecision(allowed))
    else:
        try:
            saved = networks.equalize(row.network, saved, folder)
        except UserError as error:
            return _failure(row.network, name, row.recipe, str(error), row.run)
    return _convert(row.network, recipe, name, row.recipe, saved, folder, row.run, pixels)


def allowed_difference(logits: np.ndarray, least: float) -> float:
    """Return the mean largest difference of an image's logits [images, classes] that surely leaves this correlation.

    Of errors e times as wide as the centred logits a correlation of 1 / sqrt(1 + e^2) is left. The largest of a
    thousand normal errors is over three times their deviation; two leaves room for what the images do not share.
    """
    width = float(np.std(logits - logits.mean(0)))
    return float(f"{2 * width * np.sqrt(1 / least**2 - 1):.2g}")


def _convert(
    network: str,
    recipe: recipes.Recipe,
    recipe_name: str,
    cures: str,
    saved: networks.Saved,
    folder: pathlib.Path,
    run: str,
    pixels: np.ndarray | None = None,
) -> report.Row:
    known = networks.NETWORKS[network]
    calibration, compared = networks.images(known.size)
    if pixels is None and recipe.quantized_activations:
        pixels = calibration
    begun = time.perf_counter()
    try:
        made = convert.convert_model(saved.path, normalization.NAMED[known.mode], recipe, pixels)
    except UserError as error:
        return _failure(network, recipe_name, cures, str(error), run)
    seconds = time.perf_counter() - begun
    path = folder / f"{network}_{recipe.name}.tflite"
    files.write_bytes(path, made.data)
    row = _row(network, recipe_name, cures, path, seconds, saved, compared, run)
    path.unlink()
    return row


def _row(
    name: str,
    recipe: str,
    cures: str,
    path: pathlib.Path,
    seconds: float,
    saved: networks.Saved,
    compared: np.ndarray,
    run: str,
) -> report.Row:
    found = inspect_model.inspect(path, TABLES, seconds=0)
    ran = found.running
    assert ran is not None, "an inspection that may take time loads the model"
    scores = _scores(path, found, compared)
    correlation = correlate(scores, saved.logits)
    swapped = correlate(saved.swapped, saved.logits)
    least = bound(cures or recipe, swapped)
    left = collections.Counter(op.op for op in ran.undelegated)
    holds = correlation >= least
    problem, fix = _worst(found)
    if not holds:
        problem = (
            f"logits correlate by {correlation:.3f} with Keras', at least {least:.3f} expected"
        )
        if saved.reach > _OUTLYING and "int8" in recipe:
            problem = report.outlying(saved.reach, problem)
        fix = (
            '"mixed_precision" in the recipe or compression equalized, where the next column says that it holds; '
            "otherwise dynamic_int8 or fp16"
            if recipe.startswith("int8")
            else "recipe fp16, or int8, whose ranges come from images"
        )
    return report.Row(
        name,
        recipe,
        cures,
        run,
        problem,
        fix,
        builds=True,
        bytes=os.path.getsize(path),
        seconds=round(seconds, 1),
        loads=tuple(loader.runtime for loader in found.loaders if loader.loads),
        partitions=ran.partitions,
        outside=tuple(f"{count} {op}" for op, count in sorted(left.items())),
        correlation=round(correlation, 5),
        swapped=round(swapped, 5),
        top1=float(np.mean(scores.argmax(1) == saved.logits.argmax(1))),
        holds=holds,
    )


def _failure(name: str, recipe: str, cures: str, said: str, run: str) -> report.Row:
    problem, _, fix = said.replace("|", "/").partition("; ")
    fix = fix or "see the message; a SavedModel export, or another layer in its place"
    return report.Row(name, recipe, cures, run, problem, fix)


def _worst(found: facts.Inspection) -> tuple[str, str]:
    """Return the gravest finding about loading or speed, and its cure."""
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
    """Return Pearson's correlation of two arrays [images, classes], each class less its mean over the images.

    The mean is the network's answer to any input: of random weights most of a logit.
    """
    a, b = (x - x.mean(0) for x in (scores, expected.astype(np.float64)))
    # Of equal images rounding leaves something, which means nothing.
    if np.linalg.norm(a) < 1e-9 * np.linalg.norm(scores):
        return 0.0
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / norm) if norm > 0 else 0.0


def main(argv: list[str] | None = None) -> None:
    """Parse the arguments, check and write."""
    parser = record.parser("zoo", __doc__)
    parser.add_argument("--network", action="append", choices=list(networks.NETWORKS))
    parser.add_argument("--recipe", action="append", choices=RECIPES)
    args = parser.parse_args(argv)
    for name in args.network or networks.NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            for row in check(name, args.recipe or RECIPES, pathlib.Path(folder), "models/recipes"):
                is_first = not os.path.exists(os.path.join(args.out, "zoo.json"))
                old = None if is_first else record.read(report.Report, args.out)
                # After each row, so that a run that is stopped keeps what it has.
                new = report.Report(report.SCHEMA_VERSION, (row,))
                record.write(report.merge(old, new), args.out)


if __name__ == "__main__":
    main()
