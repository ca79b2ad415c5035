"""The two forms of an answer: a line for people, a JSON object for programs."""

from typing import Any

from pi_runner.classifier import Result


def as_json(name: str, variant: str, result: Result, raw: bool = False) -> dict[str, Any]:
    """Return the JSON object of one picture; `raw` adds the model's whole output as `codes`."""
    value: dict[str, Any] = {
        "photo": name,
        "variant": variant,
        "top": [
            {"label": answer.label, "index": answer.index, "score": answer.score}
            for answer in result.answers
        ],
        "prepare_ms": round(result.prepare_ms, 3),
        "invoke_ms": round(result.invoke_ms, 3),
    }
    if raw:
        value["codes"] = result.codes.tolist()
    return value


def as_line(name: str, result: Result) -> str:
    """Return a line such as `photo.jpg: three red 98.4 %, eight red 0.8 %  (3.1 ms)`."""
    answers = ", ".join(f"{answer.label} {100 * answer.score:.1f} %" for answer in result.answers)
    return f"{name}: {answers}  ({result.invoke_ms:.1f} ms)"
