"""A JavaScript reader, which knows only the schemas, passes the shared examples."""

import json
import pathlib
import shutil
import subprocess

_FOLDER = pathlib.Path(__file__).parent
_RUN = """
const fs = require("fs"), { read } = require(process.argv[1]);
const cases = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([file, schema]) => {
  try { return [read(fs.readFileSync(file, "utf8"), schema), null]; }
  catch (error) { return [null, error.message]; }
})));
"""


def _wrong(empty: str = "") -> list[str]:
    examples = [
        example
        for example in json.loads((_FOLDER / "examples/index.json").read_text())["examples"]
        if example["kind"] in ("manifest", "bundle_index")
    ]
    cases = []
    for example in examples:
        kind = example["kind"]
        schema = json.loads((_FOLDER / f"{kind}.schema.json").read_text())
        path = _FOLDER / "examples" / example["file"]
        cases.append((str(path), {} if kind == empty else schema))
    node = shutil.which("node")
    assert node, "found no node on the PATH; install Node.js 18 or newer"
    reader = str(_FOLDER / "clients/manifest_reader.js")
    run = subprocess.run(
        [node, "-e", _RUN, reader],
        input=json.dumps(cases),
        text=True,
        capture_output=True,
        check=True,
    )
    wrong = []
    for example, (value, error), (path, _) in zip(
        examples, json.loads(run.stdout), cases, strict=True
    ):
        if example["file"].startswith("valid/"):
            good = value == json.loads(pathlib.Path(path).read_text())
        elif error is None:
            good = example["apps_may_accept"]
        else:
            good = example["apps_may_accept"] or all(word in error for word in example["words"])
        if not good:
            wrong.append(example["file"])
    assert len(examples) > 40
    return wrong


def test_examples():
    assert not _wrong()


def test_without_a_schema_faults_pass():
    assert "invalid/manifest_sha256.json" in _wrong("manifest")
    assert "invalid/bundle_index_path.json" in _wrong("bundle_index")
