"""Reads from a loaded interpreter which part of the graph a delegate took."""

from typing import Any

_DELEGATE = "DELEGATE"


def partitions_and_rest(ops: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """Split the nodes of an interpreter that has applied its delegates.

    LiteRT keeps the replaced nodes in its list, so what still runs is found by walking from the outputs: of
    the nodes that write a tensor, the delegate's is the one that runs.

    Args:
      ops: `Interpreter._get_ops_details()`: dicts with op_name, inputs and outputs (tensor indices).
    Returns:
      (number of delegate nodes, the nodes left to the built-in kernels, in graph order).
    """
    delegates = [op for op in ops if op["op_name"] == _DELEGATE]
    writer = {
        int(tensor): op for op in ops if op["op_name"] != _DELEGATE for tensor in op["outputs"]
    }
    writer.update({int(tensor): op for op in delegates for tensor in op["outputs"]})
    read = {int(tensor) for op in ops for tensor in op["inputs"]}
    pending = [tensor for tensor in writer if tensor not in read]
    running: dict[int, dict[str, Any]] = {}
    while pending:
        op = writer.get(pending.pop())
        if op is not None and op["index"] not in running:
            running[op["index"]] = op
            pending += [int(tensor) for tensor in op["inputs"]]
    rest = [op for _, op in sorted(running.items()) if op["op_name"] != _DELEGATE]
    return len(delegates), rest
