"""Refuses SavedModels whose graph reaches the files, network or programs of the machine."""

import pathlib
import re
from typing import Any

from model_press.formats.errors import UserError

# Operators of TensorFlow that touch the machine: its files, its network, Python, other processes.
_UNSAFE_OPERATOR = re.compile(
    r".*(Bigtable|Checkpoint|Cloud|Dataset|Debug|File|Iterator|PyFunc|Reader|Remote|Rpc|Summary).*|"
    r"LoadAndRemap.*|Print.*|Restore.*|Save.*|_?(Host)?(Recv|Send).*"
)
# Names in a SavedModel of the first format of what runs when it is loaded.
_INIT_COLLECTIONS = ("legacy_init_op", "saved_model_main_op")


def refuse_unsafe_operators(graph: str, path: str) -> None:
    """Refuse a SavedModel that would write or read files, or call Python, when it is loaded or run.

    Looked at is what a signature, an initialiser or a function of an object reaches. Every SavedModel has operators
    that save and restore its variables besides, which nothing here runs.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    try:
        found = saved_model_pb2.SavedModel.FromString(pathlib.Path(graph).read_bytes())
    except Exception as error:  # protobuf's DecodeError, whose module depends on the implementation
        raise UserError(
            f"model {path} cannot be loaded as a SavedModel: its saved_model.pb is damaged ({error}); export it again"
        ) from error
    for meta in found.meta_graphs:
        for operator in sorted(_reachable(meta)):
            if _UNSAFE_OPERATOR.fullmatch(operator):
                raise UserError(
                    f"model {path} has TensorFlow's operator {operator}, which reaches files or programs of this "
                    "machine; export it without"
                )


def _reachable(meta: Any) -> set[str]:
    """Return the names of the operators that loading and running a MetaGraphDef may run."""
    functions = {function.signature.name: function for function in meta.graph_def.library.function}
    nodes = {node.name: node for node in meta.graph_def.node}
    waiting = [
        output.name.split(":")[0]
        for signature in meta.signature_def.values()
        for output in signature.outputs.values()
    ]
    for name in _INIT_COLLECTIONS:
        waiting += meta.collection_def[name].node_list.value if name in meta.collection_def else []
    called = list(meta.object_graph_def.concrete_functions)
    operators: set[str] = set()
    seen: set[str] = set()

    def run(node: Any) -> None:
        operators.add(node.op)
        called.append(node.op)  # a node may name a function as its operator
        for attribute in node.attr.values():
            called.extend(f.name for f in (attribute.func, *attribute.list.func) if f.name)

    while waiting:
        name = waiting.pop().lstrip("^").split(":")[0]
        if name in nodes and name not in seen:
            seen.add(name)
            run(nodes[name])
            waiting.extend(nodes[name].input)
    done: set[str] = set()
    while called:
        name = called.pop()
        if name in functions and name not in done:
            done.add(name)
            for node in functions[name].node_def:
                run(node)
    return operators
