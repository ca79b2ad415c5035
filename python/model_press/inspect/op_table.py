"""Asks the installed LiteRT which builtin operators it has, and up to which version.

    bazel run //python/model_press/inspect:op_table -- litert_VERSION.json

It loads models that declare one operator version and have an empty graph: the runtime refuses those it does not know.
//android/host:op_table does the same to the Android library.
"""

import sys
from importlib import metadata
from typing import Any

from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

from model_press.formats import files
from model_press.inspect.timing import graph_cuts
from model_press.process import user_path

# More than the versions that any operator has had.
_MAX_VERSION = 40


def probe() -> dict[str, Any]:
    """Return the table, as models/runtimes keeps it."""
    codes = {
        name: code
        for name, code in vars(schema.BuiltinOperator).items()
        # Python 3.13 adds the number of the class's first line to it.
        if name.isupper() and isinstance(code, int) and name not in ("CUSTOM", "DELEGATE")
    }
    ops = {}
    for name, code in sorted(codes.items()):
        newest = max((v for v in range(1, _MAX_VERSION + 1) if _loads(code, v)), default=0)
        if newest:
            ops[name] = {"max_version": newest}
    version = metadata.version("ai-edge-litert")
    return {"schema_version": 1, "runtime": "litert", "version": version, "flex": False, "ops": ops}


def _loads(code: int, version: int) -> bool:
    try:
        litert.Interpreter(
            model_content=_model(code, version),
            experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
    except ValueError:
        return False
    return True


def _model(code: int, version: int) -> bytes:
    declared = schema.OperatorCodeT(min(code, 127), version=version, builtinCode=code)
    graph = schema.SubGraphT(tensors=[], inputs=[], outputs=[], operators=[])
    return graph_cuts.packed(schema.ModelT(3, [declared], [graph], buffers=[schema.BufferT()]))


def dump(table: dict[str, Any]) -> bytes:
    """Return one operator a line, so that a newer runtime reads well as a difference."""
    text = files.dump_json(table).decode()
    for name in table["ops"]:
        text = text.replace(f'"{name}": {{\n      "max_version"', f'"{name}": {{"max_version"')
    return text.replace("\n    }", "}").encode()


if __name__ == "__main__":
    out = user_path.resolve(sys.argv[1])
    files.write_bytes(out, dump(probe()))
