"""A stand-in for Bazel in tests: it runs an action when the bytes of its inputs are new."""

import json
import pathlib
from collections.abc import Mapping, Sequence

_PROGRAM = """#!/usr/bin/env python3
import json, pathlib, sys, time
arguments, inputs = sys.argv[1:], json.loads({inputs!r})
def option(name):
    return pathlib.Path(next(a.partition("=")[2] for a in arguments if a.startswith(name + "=")))
if arguments[0] == "info":
    print({{"output_base": "/nowhere", "release": "release 1.2.3"}}[arguments[1]])
elif arguments[0] == "clean":
    pathlib.Path({cleaned!r}).touch()
elif arguments[0] == "run":
    option("--json").write_text('{{"1": 0.8, "2": 0.7}}')
    sys.exit(1)
else:
    target = next(a for a in arguments if a.startswith("//"))
    count = int(target.partition("first_")[2] or 1000)
    memory = pathlib.Path("memory.json")
    seen = json.loads(memory.read_text()) if memory.exists() else {{}}
    lines = [{{"action": {{"type": "SymlinkTree"}}}}]
    for mnemonic, actions in inputs.items():
        for paths in actions[:count]:
            key = [pathlib.Path(path).read_text() for path in paths]
            if seen.get(f"{{mnemonic}} {{paths}}") != key:
                seen[f"{{mnemonic}} {{paths}}"] = key
                lines.append({{"action": {{"type": mnemonic}}}})
                time.sleep(0.01)
    memory.write_text(json.dumps(seen))
    option("--build_event_json_file").write_text("\\n".join(map(json.dumps, lines)))
"""


def write(folder: pathlib.Path, inputs: Mapping[str, Sequence[Sequence[str]]]) -> pathlib.Path:
    """Write the program and return its path; `clean` makes the file `cleaned` beside it.

    Args:
      inputs: mnemonic -> the inputs of each of its actions; `first_N` as target stands for N actions.
    """
    program = folder / "bazel"
    cleaned = str(folder / "cleaned")
    program.write_text(_PROGRAM.format(inputs=json.dumps(inputs), cleaned=cleaned))
    program.chmod(0o755)
    return program
