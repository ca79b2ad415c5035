"""check-size: how many bytes a variant's file has, against a bound or a baseline."""

import argparse
import os

from model_press.formats import deflate
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result


def check(
    model: str, baseline: str | None, max_ratio: float | None, max_bytes: int | None, zipped: bool
) -> Result:
    """Compare the bytes of the file, or of its deflated form, with a number of bytes or a share of the baseline's.

    Args:
      model, baseline: paths of .tflite files; the baseline is needed for max_ratio only.
      max_ratio: largest allowed share of the baseline's bytes, or None.
      max_bytes: largest allowed number of bytes, or None.
      zipped: whether the deflated size counts, as a download does.
    """
    measure = deflate.file_size if zipped else os.path.getsize
    found = measure(model)
    measures = []
    if max_bytes is not None:
        measures.append(Measure("bytes", found, max_bytes, at_most=True))
    if max_ratio is not None and baseline is not None:
        measures.append(
            Measure("size ratio to baseline", found / measure(baseline), max_ratio, at_most=True)
        )
    if not measures:
        raise UserError(
            f"the size gate has max_bytes {max_bytes}, max_ratio {max_ratio} and baseline {baseline}; give max_bytes, "
            "or max_ratio and a baseline"
        )
    return Result("size", tuple(measures), {"bytes": float(found), "zipped": str(zipped)})


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--baseline")
    parser.add_argument("--max-ratio", type=float)
    parser.add_argument("--max-bytes", type=int)
    parser.add_argument("--zipped", action="store_true")


COMMAND = gate(
    "check-size",
    "bytes against a bound or a baseline",
    _add_arguments,
    lambda o: check(o.model, o.baseline, o.max_ratio, o.max_bytes, o.zipped),
)
