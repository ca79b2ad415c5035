"""Write the JSON Schemas and examples of this folder: `bazel run //schemas:update`."""

import os
import pathlib
import sys
from typing import Any

from model_press.formats import files, schema, strict_json

from schemas import example_set


def contents() -> dict[str, bytes]:
    """Return path below schemas/ -> bytes of all generated files."""
    examples = example_set.texts()
    index = {"schema_version": 1, "examples": [_entry(example) for example in examples]}
    return {
        **{
            f"{kind}.schema.json": files.dump_json(schema.of(kind, *classes))
            for kind, (_, classes) in example_set.KINDS.items()
        },
        **{f"examples/{example.file}": text for example, text in examples.items()},
        "examples/index.json": files.dump_json(index),
    }


def _entry(example: example_set.Example) -> dict[str, Any]:
    folder, name = os.path.split(example.file.removesuffix(".json"))
    facts = example_set.facts(name) if folder == "valid" else {}
    return {**strict_json.to_json(example), **({"facts": facts} if facts else {})}


def update(folder: pathlib.Path) -> None:
    """Write all files, and remove examples that are no longer generated."""
    wanted = contents()
    for path in [*folder.glob("*.schema.json"), *folder.glob("examples/**/*.json")]:
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, data in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(path, data)


if __name__ == "__main__":
    root = os.environ.get("BUILD_WORKSPACE_DIRECTORY") or sys.argv[1]
    update(pathlib.Path(root) / "schemas")
