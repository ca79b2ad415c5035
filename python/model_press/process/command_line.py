"""The command line: one subcommand per build action, each importing only its own modules."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import npy

VERBOSE_VARIABLE = "MODEL_PRESS_VERBOSE"


class _Parser(argparse.ArgumentParser):
    """Raises instead of exiting, so that a bad argument in a worker does not end the worker."""

    def error(self, message: str) -> None:
        raise UserError(f"{self.prog}: {message}")


def run(
    argv: Sequence[str],
    say: Callable[[str], None],
    make_parser: Callable[[], argparse.ArgumentParser] | None = None,
) -> int:
    """Run one subcommand.

    Args:
      argv: arguments without the program's name; `@file` stands for the file's lines.
      say: takes each line meant for the user (gate measurements, the error line).
      make_parser: the subcommands, by default this module's; see `commands`.
    Returns:
      The exit code: 0, or 1 after one line `ERROR //label: message`.
    """
    label = "model_press"
    verbose = bool(os.environ.get(VERBOSE_VARIABLE))
    try:
        argv = expand_param_files(argv)
        label = _label(argv) or label
        options = (make_parser or _parser)().parse_args(argv)
        verbose = verbose or options.verbose
        return options.run(options, say)
    except UserError as error:
        say(f"ERROR {label}: {error}")
    except MemoryError:
        say(f"ERROR {label}: out of memory; close other programs or build with --jobs=1")
    except OSError as error:
        say(f"ERROR {label}: {error.strerror or error}: {error.filename or 'disk or memory'}")
        verbose and say(traceback.format_exc())
    except Exception as error:  # a defect of ours: one line, and how to see the rest
        text = " ".join(str(error).split())
        say(
            f"ERROR {label}: internal error {type(error).__name__}: {text:.300} (set "
            f"{VERBOSE_VARIABLE}=1, with Bazel --action_env={VERBOSE_VARIABLE}=1, for the traceback)"
        )
        verbose and say(traceback.format_exc())
    return 1


def expand_param_files(argv: Sequence[str]) -> list[str]:
    """Replace a leading-@ argument that names a file by the file's lines, one argument a line.

    Only the last argument can be one: Bazel puts it there, and a label such as @repo//:x is none.
    """
    argv = list(argv)
    if not argv or not argv[-1].startswith("@") or (len(argv) > 1 and argv[-2] == "--label"):
        return argv
    path = files.require_file(argv[-1][1:], "parameter file")
    return argv[:-1] + path.read_text("utf-8").splitlines()


def _label(argv: Sequence[str]) -> str | None:
    for index, argument in enumerate(argv):
        if argument == "--label" and index + 1 < len(argv):
            return _plain_label(argv[index + 1])
        if argument.startswith("--label="):
            return _plain_label(argument.partition("=")[2])
    return None


def _plain_label(label: str) -> str:
    """Return the label as a user types it: Bazel 7 writes @@//pkg:x for the main repository's //pkg:x."""
    stripped = label.lstrip("@")
    return stripped if stripped.startswith("//") else label


def commands(prog: str) -> tuple[argparse.ArgumentParser, Callable[..., argparse.ArgumentParser]]:
    """Return an empty parser and a function that adds a subcommand: its name, implementation and summary."""
    parser = _Parser(prog=prog, allow_abbrev=False)
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="SUBCOMMAND", parser_class=_Parser
    )

    def command(name: str, action: Callable[..., int], text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.add_argument("--label", default="", help="the target, for error lines")
        sub.add_argument("--verbose", action="store_true", help="tracebacks of internal errors")
        sub.set_defaults(run=action)
        return sub

    return parser, command


def report(result: Any, out: str, say: Callable[[str], None]) -> int:
    """Write and print a result; raise UserError if it is red."""
    files.write_json(out, result.to_json())
    for line in result.lines():
        say(line)
    if not result.green:
        raise UserError(result.failure())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser, command = commands("model_press")

    sub = command("image-set", _image_set, "decode image files, or check a generator's arrays")
    sub.add_argument("--image", action="append", default=[], metavar="PATH=CLASS")
    sub.add_argument("--images", help="uint8 [N,H,W,3] .npy instead of --image")
    sub.add_argument("--classes", help="int32 [N] .npy, with --images")
    sub.add_argument("--height", type=int)
    sub.add_argument("--width", type=int)
    sub.add_argument("--fit", choices=("crop", "stretch"), default="crop")
    sub.add_argument("--class-count", type=int)
    sub.add_argument("--out-images", required=True)
    sub.add_argument("--out-classes", required=True)

    sub = command("import-model", _import_model, "check a Keras model and describe it")
    sub.add_argument("--src", required=True, help=".keras, .h5 or SavedModel directory")
    sub.add_argument("--labels", default="", help="names, one a line; empty: class_0000 ...")
    sub.add_argument("--preprocess", required=True, help="tf, caffe, torch, none or JSON")
    sub.add_argument("--fit", choices=("crop", "stretch"), default="crop")
    sub.add_argument("--trained", choices=("true", "false"), default="true")
    sub.add_argument("--name", help="the model's name; default: the label's target name")
    sub.add_argument("--out-model", required=True)
    sub.add_argument("--out-info", required=True)
    sub.add_argument("--out-labels", required=True)

    sub = command("convert", _convert, "convert a Keras model to TFLite by a recipe")
    sub.add_argument("--model", required=True)
    sub.add_argument("--info", required=True)
    sub.add_argument("--labels", help="without them the manifest is one for label-manifest")
    sub.add_argument("--recipe", required=True)
    sub.add_argument("--calibration-images")
    sub.add_argument("--custom-ops", help="Python file with a reference kernel of each")
    sub.add_argument("--out-model", required=True)
    sub.add_argument("--out-manifest", required=True)

    sub = command("label-manifest", _label_manifest, "name the labels in a manifest of convert")
    sub.add_argument("--manifest", required=True, help="of convert without --labels")
    sub.add_argument("--labels", required=True)
    sub.add_argument("--out-manifest", required=True)

    sub = command("predict", _predict, "raw outputs of a TFLite model for a set of images")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--delegate", choices=("xnnpack", "none"), default="xnnpack")
    sub.add_argument("--custom-ops", help="Python file with a reference kernel of each")
    sub.add_argument("--threads", type=int)
    sub.add_argument("--out", required=True)

    sub = command("predict-keras", _predict_keras, "outputs of the Keras model itself")
    sub.add_argument("--model", required=True)
    sub.add_argument("--info", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--out", required=True)

    sub = command("calibration-ranges", _calibration_ranges, "calibrated ranges against values")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--float-model", required=True)
    sub.add_argument("--float-manifest", required=True)
    sub.add_argument("--calibration-images", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--count", type=int, required=True)
    sub.add_argument("--out", required=True)

    sub = command("check-runtime", _check_runtime, "operator versions against a runtime's table")
    sub.add_argument("--model", action="append", required=True, help="of a variant; repeatable")
    sub.add_argument("--manifest", action="append", required=True, help="one for each --model")
    sub.add_argument("--runtime", required=True)
    sub.add_argument("--out", required=True)

    sub = command("check-accuracy", _check_accuracy, "accuracy drop against a baseline")
    sub.add_argument("--outputs", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--baseline-outputs", required=True)
    sub.add_argument("--baseline-manifest")
    sub.add_argument("--classes", required=True)
    sub.add_argument("--max-drop", type=float, required=True)
    sub.add_argument("--out", required=True)

    sub = command("check-parity", _check_parity, "agreement with Keras within the tolerance")
    sub.add_argument("--outputs", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--keras-outputs", required=True)
    sub.add_argument("--out", required=True)

    sub = command("check-reproducible", _check_reproducible, "two conversions byte by byte")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--model-again", required=True)
    sub.add_argument("--manifest-again", required=True)
    sub.add_argument("--out", required=True)

    sub = command("check-images", _check_images, "whether images can judge a model")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--classes", required=True)
    sub.add_argument("--seen", action="append", default=[], metavar="NAME=IMAGES")
    sub.add_argument("--out", required=True)
    return parser


# Imports stand inside the functions: the light subcommands must not pay for TensorFlow.


def _image_set(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.images import image_set, quality

    def warn(pixels: Any, classes: Any) -> None:
        for line in quality.warnings(pixels, classes, options.class_count):
            say(f"WARNING {_plain_label(options.label) or 'image-set'}: {line}")

    if options.images is not None:
        if options.image:
            raise UserError(
                f"--images is {options.images}, and --image is given, too; expected one of them"
            )
        pixels, classes = image_set.from_arrays(
            options.images, options.classes, options.class_count
        )
        for what, wanted, got in (
            ("height", options.height, pixels.shape[1]),
            ("width", options.width, pixels.shape[2]),
        ):
            if wanted is not None and wanted != got:
                raise UserError(f"images {options.images} have {what} {got}; expected {wanted}")
        image_set.write_arrays(pixels, classes, options.out_images, options.out_classes)
        warn(pixels, classes)
        return 0
    if not options.height or not options.width or min(options.height, options.width) < 1:
        raise UserError(
            f"--height is {options.height} and --width {options.width}; expected both, above 0, for image files"
        )
    image_set.write_from_files(
        image_set.parse_items(options.image),
        options.height,
        options.width,
        options.fit,
        options.class_count,
        options.out_images,
        options.out_classes,
    )
    warn(*image_set.from_arrays(options.out_images, options.out_classes, options.class_count))
    return 0


def _import_model(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import normalization
    from model_press.keras_io import import_model

    name = options.name or _target_name(options.label) or _stem(options.out_model)
    import_model.import_model(
        options.src,
        options.labels or None,
        normalization.parse(options.preprocess),
        options.fit,
        options.trained == "true",
        name,
        options.out_model,
        options.out_info,
        options.out_labels,
    )
    return 0


def _convert(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.convert import convert
    from model_press.formats import labels, manifest, model_info, recipes

    recipe = recipes.read(options.recipe)
    info = model_info.read(options.info)
    if options.labels:
        labels.require_width(labels.read(options.labels), info.classes, f"labels {options.labels}")
    convert.check_calibration_given(recipe, options.calibration_images is not None)
    images = None
    if options.calibration_images is not None:
        images = npy.read_npy(options.calibration_images, "calibration images")
    normalization = info.preprocess.normalization
    converted = convert.convert_model(
        options.model, normalization, recipe, images, info, _kernels(options)
    )
    description = convert.describe(
        converted, info, recipe, _stem(options.out_model), options.labels
    )
    files.write_bytes(options.out_model, converted.data)
    manifest.write(options.out_manifest, description)
    return 0


def _label_manifest(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest

    described = manifest.with_labels(manifest.read_unlabelled(options.manifest), options.labels)
    manifest.write(options.out_manifest, described)
    return 0


def _predict(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest
    from model_press.tflite import interpreter, predict

    threads = options.threads or interpreter.DEFAULT_THREADS
    description = manifest.read_tflite(options.manifest, camera=False)
    predict.predict_tflite(
        options.model,
        description,
        options.images,
        options.out,
        threads,
        options.delegate,
        _kernels(options),
    )
    return 0


def _kernels(options: argparse.Namespace) -> dict[str, Any] | None:
    from model_press.tflite import custom_ops

    return custom_ops.read(options.custom_ops) if options.custom_ops else None


def _predict_keras(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import model_info
    from model_press.keras_io import predict_keras

    predict_keras.predict_keras(
        options.model, model_info.read(options.info), options.images, options.out
    )
    return 0


def _calibration_ranges(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.evaluate import calibration_ranges
    from model_press.formats import manifest

    found = calibration_ranges.report(
        options.model,
        manifest.read_tflite(options.manifest, camera=False),
        options.float_model,
        manifest.read_tflite(options.float_manifest, camera=False),
        options.calibration_images,
        options.images,
        options.count,
    )
    calibration_ranges.write(options.out, found)
    for line in calibration_ranges.warnings(found):
        say(f"WARNING {_plain_label(options.label)}: {line}")
    return 0


def _check_runtime(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest
    from model_press.gates import runtime

    manifests = [manifest.read_tflite(path) for path in options.manifest]
    result = runtime.check_all(options.model, manifests, options.runtime)
    return report(result, options.out, say)


def _check_accuracy(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest
    from model_press.gates import accuracy

    baseline = manifest.read(options.baseline_manifest) if options.baseline_manifest else None
    result = accuracy.check(
        options.outputs,
        manifest.read(options.manifest),
        options.baseline_outputs,
        baseline,
        options.classes,
        options.max_drop,
    )
    return report(result, options.out, say)


def _check_parity(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest
    from model_press.gates import parity

    result = parity.check(options.outputs, manifest.read(options.manifest), options.keras_outputs)
    return report(result, options.out, say)


def _check_reproducible(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.gates import reproducible

    result = reproducible.check(
        options.model, options.manifest, options.model_again, options.manifest_again
    )
    return report(result, options.out, say)


def _check_images(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest
    from model_press.gates import image_check

    seen = [tuple(item.split("=", 1)) for item in options.seen]
    description = manifest.read_tflite(options.manifest, camera=False)
    result = image_check.check(options.model, description, options.images, options.classes, seen)
    return report(result, options.out, say)


def _target_name(label: str) -> str:
    return label.rpartition(":")[2].rpartition("/")[2]


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def main(
    argv: Sequence[str] | None = None,
    make_parser: Callable[[], argparse.ArgumentParser] | None = None,
) -> int:
    """Run a subcommand, or, with --persistent_worker, serve a build server's requests."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if "--persistent_worker" in argv:
        from model_press.process import worker

        argv.remove("--persistent_worker")
        return worker.serve(argv, make_parser=make_parser)
    return run(argv, lambda line: print(line, file=sys.stderr), make_parser)


if __name__ == "__main__":
    sys.exit(main())
