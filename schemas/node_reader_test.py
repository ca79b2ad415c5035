"""A JavaScript reader, which knows only the schemas, passes the shared examples."""

import json
import pathlib
import shutil
import subprocess
from typing import Any

_FOLDER = pathlib.Path(__file__).parent
_EXAMPLES = [
    example
    for example in json.loads((_FOLDER / "examples/index.json").read_text())["examples"]
    if example["kind"] in ("manifest", "bundle_index")
]
_RUN = """
const fs = require("fs"), { read } = require(process.argv[1]);
const cases = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([text, schema]) => {
  try { return [read(text, schema), null]; }
  catch (error) { return [null, error.message]; }
})));
"""


def _read(cases: list[tuple[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Return (facts, error) for each (text, schema)."""
    node = shutil.which("node")
    assert node, "found no node on the PATH; install Node.js 18 or newer"
    run = subprocess.run(
        [node, "-e", _RUN, str(_FOLDER / "clients/manifest_reader.js")],
        input=json.dumps(cases),
        text=True,
        capture_output=True,
        check=True,
    )
    return json.loads(run.stdout)


def _schema(kind: str) -> dict[str, Any]:
    return json.loads((_FOLDER / f"{kind}.schema.json").read_text())


def _text(example: dict[str, Any]) -> str:
    return (_FOLDER / "examples" / example["file"]).read_text()


def _wrong(empty: str = "") -> list[str]:
    """Return each fact of a valid example that is decoded otherwise, and each invalid one that is not refused."""
    cases = [(_text(e), {} if e["kind"] == empty else _schema(e["kind"])) for e in _EXAMPLES]
    wrong = []
    for example, (facts, error) in zip(_EXAMPLES, _read(cases), strict=True):
        name, expected = example["file"], example.get("facts")
        if expected:
            found = facts or {}
            wrong += [
                f"{name}: {fact} is {found.get(fact)}, expected {value}; {error or ''}"
                for fact, value in expected.items()
                if found.get(fact, "nothing") != value
            ]
            wrong += [f"{name}: {fact} is not expected" for fact in found.keys() - expected.keys()]
        elif not example["apps_may_accept"] and not (
            error and all(word in error for word in example["words"])
        ):
            wrong.append(f"{name}: {error}")
    return wrong


def test_examples():
    assert len(_EXAMPLES) > 40
    assert sum("facts" in example for example in _EXAMPLES) == sum(
        example["file"].startswith("valid/") for example in _EXAMPLES
    )
    assert _wrong() == []


def test_without_a_schema_faults_pass():
    assert "invalid/manifest_sha256.json: None" in _wrong("manifest")
    assert "invalid/bundle_index_path.json: None" in _wrong("bundle_index")


def test_a_file_that_fits_both_branches_is_refused():
    schema = _schema("manifest")
    schema["oneOf"] = [schema["oneOf"][0]] * 2
    example = next(e for e in _EXAMPLES if e["file"] == "valid/manifest_tflite_int8.json")
    [(_, error)] = _read([(_text(example), schema)])
    assert "expected one of 2 forms, it fits 2" in error


def test_an_unknown_keyword_is_refused_wherever_it_stands():
    schema = _schema("bundle_index")
    schema["$defs"]["Variant"]["properties"]["name"]["multipleOf"] = 2
    [(_, error)] = _read([("{}", schema)])
    assert error == "schema: unknown keyword multipleOf"
