"""The generated files are current; readers accept every valid example and name the fault of every invalid one."""

import pathlib

import pytest
from model_press.formats import files, strict_json
from testing.raises import user_error

from schemas import example_set, generate

_FOLDER = pathlib.Path(__file__).parent
_EXAMPLES = sorted(example_set.texts(), key=lambda example: example.file)


def test_generated_files_are_current():
    wanted = generate.contents()
    found = {
        path.relative_to(_FOLDER).as_posix(): path.read_bytes()
        for pattern in ("*.schema.json", "examples/**/*.json")
        for path in _FOLDER.glob(pattern)
    }
    stale = {name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)}
    assert not stale, "run: bazel run //schemas:update"


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example.file)
def test_examples(example):
    path = _FOLDER / "examples" / example.file
    data = files.read_json(path, example.kind)
    read, _ = example_set.KINDS[example.kind]
    if example.words:
        with user_error("an example", *example.words):
            read(data, "an example")
    else:
        assert files.dump_json(strict_json.to_json(read(data, "an example"))) == path.read_bytes()
