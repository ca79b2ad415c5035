"""Delegation is read from what still runs, not from what the list of nodes still holds."""

import numpy as np

from model_press.tflite import delegation


def _op(index, name, inputs, outputs):
    return {
        "index": index,
        "op_name": name,
        "inputs": np.array(inputs, np.int32),
        "outputs": np.array(outputs, np.int32),
    }


_CHAIN = [_op(0, "CONV_2D", [0], [1]), _op(1, "RELU", [1], [2]), _op(2, "CONV_2D", [2], [3])]


def test_without_delegate_every_node_is_left():
    partitions, rest = delegation.partitions_and_rest(_CHAIN)
    assert partitions == 0
    assert [op["op_name"] for op in rest] == ["CONV_2D", "RELU", "CONV_2D"]


def test_replaced_nodes_do_not_count():
    whole = _op(3, "DELEGATE", [0], [3])
    assert delegation.partitions_and_rest([*_CHAIN, whole]) == (1, [])


def test_a_node_between_two_partitions_is_named():
    parts = [_op(3, "DELEGATE", [0], [1]), _op(4, "DELEGATE", [2], [3])]
    partitions, rest = delegation.partitions_and_rest([*_CHAIN, *parts])
    assert partitions == 2
    assert [(op["index"], op["op_name"]) for op in rest] == [(1, "RELU")]


def test_a_tensor_read_twice_is_walked_once():
    graph = [
        _op(0, "CONV_2D", [0], [1]),
        _op(1, "ADD", [1, 1], [2]),
        _op(2, "RELU", [1], [3]),
        _op(3, "ADD", [2, 3], [4]),
    ]
    assert len(delegation.partitions_and_rest(graph)[1]) == len(graph)
