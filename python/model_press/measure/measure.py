"""The program behind measurement_test: it measures all variants of a model, interleaved, and writes metrics.json.

It fails where a figure makes no sense.
"""

import argparse
import concurrent.futures
import dataclasses
import os
from collections.abc import Sequence
from importlib import metadata

from model_press.formats import deflate, manifest, metrics, model_info
from model_press.formats.manifest import TfliteManifest
from model_press.measure import machine, process, rounds, sanity
from model_press.process import command_line, progress

_RUNTIME = "ai-edge-litert"
_KERAS_RUNTIME = {"2": "tf-keras", "3": "keras", "saved_model": "tensorflow-cpu"}
# Built-in kernels and Keras are there to compare with: a third of the rounds will do.
_SELDOM = 3


@dataclasses.dataclass(frozen=True)
class Subject:
    """A .tflite, or the Keras model (recipe metrics.KERAS), and the Python package that runs it."""

    path: str
    name: str
    recipe: str
    sha256: str
    package: str


def variant(path: str, description: TfliteManifest) -> Subject:
    """Return a .tflite as a subject; UserError if it is not the file that the manifest names."""
    manifest.verify_file(description.model.sha256, path, "model")
    recipe = metrics.recipe_of(description)
    return Subject(path, description.name, recipe, description.model.sha256, _RUNTIME)


def keras_model(path: str, info: model_info.ModelInfo) -> Subject:
    """Return a Keras file as a subject; `info` is import-model's description of it."""
    return Subject(path, info.name, metrics.KERAS, info.sha256, _KERAS_RUNTIME[info.keras])


@dataclasses.dataclass
class _Configuration:
    """One subject on one runtime configuration, loaded."""

    subject: Subject
    delegate: str
    threads: int
    probe: process.Process
    timed: rounds.Timed

    def record(self, zipped: int) -> metrics.Record:
        """Close the process, whose peak is known at its end only."""
        ready, subject = self.probe.ready, self.subject
        return metrics.Record(
            variant=subject.name,
            recipe=subject.recipe,
            sha256=subject.sha256,
            bytes=os.path.getsize(subject.path),
            zipped_bytes=zipped,
            runtime=metrics.Runtime(subject.package, metadata.version(subject.package)),
            delegate=self.delegate if ready["partitions"] else "none",
            threads=self.threads,
            load_ms=round(ready["load_ms"], 3),
            first_ms=round(ready["first_ms"], 3),
            latency=self.timed.latency(),
            base_memory_bytes=ready["base_memory_bytes"],
            peak_memory_bytes=self.probe.close(),
            partitions=ready["partitions"],
            undelegated=tuple(metrics.UndelegatedOp(**op) for op in ready["undelegated"])
            if self.delegate == "xnnpack"
            else (),
        )


def measure(
    variants: Sequence[Subject], keras: Subject | None, rounds_count: int
) -> metrics.Metrics:
    """Measure each variant, and the Keras model, on 1 and 2 threads, and variants on 1 thread without XNNPACK, too.

    A variant of which XNNPACK takes nothing has no second record: that would be the same again.

    Args:
      rounds_count: interleaved rounds.
    Raises:
      UserError: something does not run.
    """
    here = machine.this_machine()
    threads_counts = [count for count in (1, 2) if count <= max(here.cores, 1)]
    loaded: list[_Configuration] = []
    for subject in progress.track(variants, "loading"):
        for threads in threads_counts:
            loaded += _load(subject, threads)
    if keras is not None:
        for threads in threads_counts:
            probe = process.KerasProbe(keras.path, threads)
            timed = rounds.Timed(probe.run, every=_SELDOM)
            loaded.append(_Configuration(keras, "none", threads, probe, timed))
    times = [configuration.timed for configuration in loaded]
    rounds.warm_up(times)
    for index in progress.track(range(rounds_count), "rounds"):
        rounds.measure(times, index)
    paths = [subject.path for subject in (*variants, *([keras] if keras else []))]
    # Nothing is timed any more, so all processors may deflate.
    with concurrent.futures.ThreadPoolExecutor(here.cores) as pool:
        zipped = dict(zip(paths, pool.map(deflate.file_size, paths), strict=True))
    records = tuple(each.record(zipped[each.subject.path]) for each in loaded)
    return metrics.Metrics(1, here, records)


def _load(subject: Subject, threads: int) -> list[_Configuration]:
    probe = process.Probe(subject.path, threads, "xnnpack")
    made = [_Configuration(subject, "xnnpack", threads, probe, rounds.Timed(probe.run))]
    if probe.ready["partitions"] and threads == 1:
        plain = process.Probe(subject.path, threads, "none")
        timed = rounds.Timed(plain.run, every=_SELDOM)
        made.append(_Configuration(subject, "none", threads, plain, timed))
    return made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the subjects of the measurement."""
    parser.add_argument("--variant", action="append", required=True, help="a .tflite")
    parser.add_argument("--manifest", action="append", required=True, help="its manifest")
    parser.add_argument("--keras-model", help="the Keras file that they were made from")
    parser.add_argument("--keras-info", help="its description by import-model")
    parser.add_argument("--rounds", type=int, default=15, help="interleaved measurements of each")


def measured(options: argparse.Namespace) -> metrics.Metrics:
    """Measure the subjects of `add_arguments` and check that the figures make sense."""
    variants = [
        variant(path, manifest.read_tflite(manifest_path, camera=False))
        for path, manifest_path in zip(options.variant, options.manifest, strict=True)
    ]
    keras = None
    if options.keras_model:
        keras = keras_model(options.keras_model, model_info.read(options.keras_info))
    found = measure(variants, keras, options.rounds)
    sanity.check(found, [each.name for each in (*variants, *([keras] if keras else []))])
    return found


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_arguments(parser)
    command_line.require(parser, "--out")


COMMAND = command_line.Command(
    "measure",
    "measure variants on this machine, in turns",
    _add_arguments,
    lambda options, say: metrics.write(options.out, measured(options)),
)

if __name__ == "__main__":
    command_line.main(COMMAND)
