"""Measures the cost of each operator outside the delegate alone and adds it to the measurements."""

import dataclasses
from collections.abc import Mapping

from model_press.formats import metrics
from model_press.inspect import facts
from model_press.inspect.timing import model_run
from model_press.process import progress
from model_press.tflite import reader

# About how long one variant may take; an operator is run three times at least, however slow.
_SECONDS = 3.0


def with_times(
    measured: metrics.Metrics, models: Mapping[str, str], seconds: float = _SECONDS
) -> metrics.Metrics:
    """Add `alone_ms` to the operators outside the delegate, for each variant's record on one thread.

    models: variant name -> path of its .tflite. seconds: about how long one variant is timed.
    """
    records = []
    for record in progress.track(measured.records, "operators alone"):
        path = models.get(record.variant)
        if path and record.undelegated and record.threads == 1:
            found = model_run.run(path, reader.read(path), 1, seconds).undelegated
            record = dataclasses.replace(record, undelegated=_joined(record.undelegated, found))
        records.append(record)
    return dataclasses.replace(measured, records=tuple(records))


def _joined(
    known: tuple[metrics.UndelegatedOp, ...], timed: tuple[facts.UndelegatedOp, ...]
) -> tuple[metrics.UndelegatedOp, ...]:
    """Join the times by operator and tensor; operators without a time keep none."""
    times = {(op.op, op.tensor): op.alone_ms for op in timed}
    return tuple(dataclasses.replace(op, alone_ms=times.get((op.op, op.output))) for op in known)
