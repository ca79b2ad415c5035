"""The command line of fused Core ML packages, served by the same worker as model_press; without TensorFlow."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

# Before NumPy: BLAS threads that wait for each other cost more than they bring when actions run side by side.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from model_press import cli  # noqa: E402
from model_press.fused import cli as fused_cli  # noqa: E402


def parser() -> argparse.ArgumentParser:
    """The subcommands."""
    result, command = cli.commands("model_press_coreml_fused")

    sub = command("fuse", _fuse, "put a picture's resize and the answer's choice into a package")
    sub.add_argument("--package", required=True, help="the finished .mlpackage")
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--height", type=int, help="of the picture; default: the package's own")
    sub.add_argument("--width", type=int)
    sub.add_argument("--fit", choices=("crop", "stretch"), help="default: the package's own")
    sub.add_argument("--postprocess", action="append", default=[], metavar="softmax|topk|argmax")
    sub.add_argument("--top", type=int, default=5)
    sub.add_argument("--out-package", required=True, help="folder NAME.mlpackage")
    sub.add_argument("--out-zip", required=True)
    sub.add_argument("--out-manifest", required=True)

    fused_cli.add_check_fused(command, "package", "the one that it was made from", _check_parts)
    return result


def _fuse(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import manifest, package
    from model_press.coreml.fused import fusing
    from model_press.coreml.fused import manifest as fused_manifest
    from model_press.fused import spec

    plain = manifest.read(options.manifest)
    entry = spec.Entry(
        plain.input.height if options.height is None else options.height,
        plain.input.width if options.width is None else options.width,
        "RGB",
        options.fit or plain.preprocess.resize.fit,
        "bilinear_antialias",
    )
    answer = spec.make_answer(tuple(options.postprocess), options.top, plain.labels.count)
    made = fusing.fuse(options.package, plain, entry, answer, options.out_package)
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    fused_manifest.write(options.out_manifest, made)
    return 0


def _check_parts() -> tuple[Callable[..., Any], Callable[[str], Any], Callable[[str], Any]]:
    from model_press.coreml import manifest
    from model_press.coreml.fused import check
    from model_press.coreml.fused import manifest as fused_manifest

    return check.check, fused_manifest.read, manifest.read


if __name__ == "__main__":
    sys.exit(cli.main(make_parser=parser))
