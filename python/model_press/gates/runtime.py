"""check-runtime: whether a runtime has every operator version that a model uses."""

import argparse
import os
from collections.abc import Sequence

from model_press.formats import manifest, runtime_table
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.tflite import layers, reader

# What a recipe says to do without an operator, or a version of it.
_CURES = {
    "FULLY_CONNECTED version 12": 'set per_channel_dense to false in the recipe, or add "dense_scales" to its rewrites',
    "GELU": 'add "gelu" to the rewrites of the recipe',
    "RESIZE_NEAREST_NEIGHBOR": 'add "nearest" to the rewrites of the recipe',
}


def check_all(
    models: Sequence[str | os.PathLike[str]],
    manifests: Sequence[manifest.TfliteManifest],
    table_path: str | os.PathLike[str],
) -> Result:
    """Check several variants; the result says of each what it uses.

    Raises:
      UserError: as `check`, of all variants that do not load.
    """
    if len(models) == 1:
        return check(models[0], manifests[0], table_path)
    results, errors = [], []
    for model, description in zip(models, manifests, strict=True):
        try:
            results.append(check(model, description, table_path))
        except UserError as error:
            errors.append(str(error))
    if errors:
        raise UserError(
            f"{len(errors)} of {len(models)} variants do not load, expected none: {'; '.join(errors)}"
        )
    facts = {
        description.name: f"{result.facts['operators']} operators in {result.facts['nodes']} nodes"
        for description, result in zip(manifests, results, strict=True)
    }
    return Result("runtime", results[0].measures, {"runtime": results[0].facts["runtime"], **facts})


def check(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    table_path: str | os.PathLike[str],
) -> Result:
    """Read the operators from the model file itself and compare them with the table.

    Raises:
      UserError: the first operators that the runtime lacks, by name and version; an undeclared
        custom or Flex operator; a model that is not the manifest's.
    """
    manifest.verify_file(description.model.sha256, model, "model")
    file = reader.read(model)
    table = runtime_table.read(table_path)
    runtime = table.runtime
    undeclared = [name for name in file.custom_ops() if name not in description.requires.custom_ops]
    flex = [name for name in file.custom_ops() if name.startswith(reader.FLEX_PREFIX)]
    if flex and undeclared:
        raise UserError(
            f"{description.name} needs full TensorFlow (Select TF ops) for {', '.join(flex)}, which "
            f"{runtime} does not have; replace the layers that use them"
        )
    if undeclared:
        raise UserError(
            f"{description.name} uses custom operators that its manifest does not declare: "
            f"{', '.join(undeclared)}; {runtime} cannot run them"
        )
    missing = []
    for name, version, _ in file.builtin_ops():
        highest = table.max_version.get(name, 0)
        if version > highest:
            has = f"up to {highest}" if highest else "none"
            where = _layers(file, name, version)
            missing.append(f"{name} version {version} ({runtime} has {has}; layer {where})")
    if missing:
        hints = [cure for op, cure in _CURES.items() if any(m.startswith(op) for m in missing)]
        hint = "".join(f"; {cure}" for cure in hints)
        raise UserError(
            f"{description.name} does not load in {runtime}: {', '.join(missing)}{hint}"
        )
    ops = file.builtin_ops()
    facts: dict[str, float | str] = {
        "runtime": runtime,
        "operators": len(ops),
        "nodes": sum(count for _, _, count in ops),
    }
    if custom := file.custom_ops():
        facts["custom operators, whose kernels the app must register:"] = " ".join(custom)
    return Result(
        "runtime", (Measure("operator versions that the runtime lacks", 0, 0, at_most=True),), facts
    )


def _layers(file: reader.TfliteFile, name: str, version: int) -> str:
    """Return the layers that use an operator version: up to three, and how many more."""
    found = [
        layers.layer_of(file.tensors[operator.outputs[0]].name)
        for operator in file.operators
        if (operator.name, operator.version) == (name, version) and operator.outputs
    ]
    distinct = list(dict.fromkeys(found))
    more = f" and {len(distinct) - 3} more" if len(distinct) > 3 else ""
    return ", ".join(distinct[:3]) + more


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", action="append", required=True, help="of a variant; repeatable")
    parser.add_argument("--manifest", action="append", required=True, help="one for each --model")
    parser.add_argument("--runtime", required=True)


def _check(options: argparse.Namespace) -> Result:
    manifests = [manifest.read_tflite(path) for path in options.manifest]
    return check_all(options.model, manifests, options.runtime)


COMMAND = gate(
    "check-runtime", "operator versions against a runtime's table", _add_arguments, _check
)
