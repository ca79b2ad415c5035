"""The program behind a report's facts: answers on images, what a variant's file holds, its layers."""

import argparse

from model_press.evaluate import layer_error, summary, variant_facts
from model_press.formats import labels, manifest, model_info
from model_press.process import command_line


def _add_summarize(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--outputs", required=True)
    parser.add_argument("--manifest", help="of the variant; without it the outputs are Keras'")
    parser.add_argument("--keras-outputs", required=True)
    parser.add_argument("--classes", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--out", required=True)


def _summarize(options: argparse.Namespace, say: command_line.Say) -> None:
    info = model_info.read(options.info)
    description = manifest.read(options.manifest) if options.manifest else None
    found = summary.summarize(
        description.name if description else info.name,
        options.outputs,
        description,
        options.keras_outputs,
        options.classes,
        labels.read(options.labels),
        info.trained,
    )
    summary.write(options.out, found)


def _add_describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--out", required=True)


def _describe(options: argparse.Namespace, say: command_line.Say) -> None:
    found = variant_facts.describe(
        options.model, manifest.read_tflite(options.manifest, camera=False)
    )
    variant_facts.write(options.out, found)


def _add_compare_layers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--baseline-model", required=True)
    parser.add_argument("--baseline-manifest", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", required=True)


def _compare_layers(options: argparse.Namespace, say: command_line.Say) -> None:
    found = layer_error.compare(
        options.model,
        manifest.read_tflite(options.manifest, camera=False),
        options.baseline_model,
        manifest.read_tflite(options.baseline_manifest, camera=False),
        options.images,
        options.count,
    )
    layer_error.write(options.out, found)


COMMANDS = (
    command_line.Command(
        "summarize", "the answers of one subject on a set of images", _add_summarize, _summarize
    ),
    command_line.Command(
        "describe", "what the build knows of one variant's file", _add_describe, _describe
    ),
    command_line.Command(
        "compare-layers",
        "a variant's layers against the baseline's",
        _add_compare_layers,
        _compare_layers,
    ),
)

if __name__ == "__main__":
    command_line.main(*COMMANDS, prog="evaluate")
