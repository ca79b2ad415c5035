"""Bazel's persistent worker: one process, one request at a time.

TensorFlow's import costs seconds and a conversion leaves memory behind, so the process stays, and
replaces itself (same pipes) when it has grown.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from model_press.process import memory, tf_quiet, worker_protocol

# What Bazel starts a worker with.
OPTION = "--persistent_worker"

# A full-size conversion peaks near 2 GB; above this a fresh process is cheaper than the memory.
MAX_RESIDENT_BYTES = 2 << 30


# Runs the program once: the request's arguments, and what takes each line for the user; the exit code.
Run = Callable[[Sequence[str], Callable[[str], None]], int]


def serve(run: Run, max_resident_bytes: int = MAX_RESIDENT_BYTES) -> int:
    """Answer requests from stdin until it closes, each by `run`."""
    with _protected_stdout() as answers:
        requests = worker_protocol.Requests(sys.stdin.fileno())
        for request in requests:
            if request.cancel:
                continue  # work is never interrupted; Bazel then waits for the answer
            answer(request, run, answers)
            _release_memory()
            if requests.drained and memory.resident_bytes() > max_resident_bytes:
                _replace_process(answers)
    return 0


def answer(request: worker_protocol.Request, run: Run, answers: int) -> None:
    """Run one request and write its answer to file descriptor `answers`."""
    lines: list[str] = []
    code = run(request.arguments, lines.append)
    output = "".join(line.rstrip("\n") + "\n" for line in lines)
    data = worker_protocol.encode_response(code, output, request.request_id)
    while data:
        data = data[os.write(answers, data) :]


@contextlib.contextmanager
def _protected_stdout() -> Iterator[int]:
    """Yield a private copy of stdout; other output there goes to stderr, Bazel's worker log."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield private
    finally:
        sys.stdout.flush()
        os.dup2(private, 1)
        os.close(private)


def _release_memory() -> None:
    tf_quiet.clear_session()
    gc.collect()


def _replace_process(answers: int) -> None:
    """Restart this program in the same process, with the same stdin and stdout."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(answers, 1)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
