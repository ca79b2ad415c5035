"""CONCATENATION of more inputs than XNNPACK takes -> concatenations of concatenations.

NASNet joins six tensors in each cell. The values are only copied, so the codes stay the same.
"""

import copy

from model_press.tflite.graph import Graph

# What XNNPACK takes, in both TensorFlow Lite 2.16.1 and LiteRT 2.3.
MAX_INPUTS = 5


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named("CONCATENATION"):
        inputs, target = [int(tensor) for tensor in old.inputs], int(old.outputs[0])
        # Equal scales: an inner concatenation at the output's would otherwise round where the outer one does again.
        same = (
            graph.is_int8(*inputs, target)
            and len({*map(graph.quantization, [*inputs, target])}) == 1
        )
        if len(inputs) <= MAX_INPUTS or not same:
            continue
        new = []
        axis = old.builtinOptions.axis
        while len(inputs) > MAX_INPUTS:
            # As few as bring the rest down to the limit: these are copied twice.
            count = min(MAX_INPUTS, len(inputs) - MAX_INPUTS + 1)
            shape = list(graph.shape(target))
            shape[axis] = sum(graph.shape(tensor)[axis] for tensor in inputs[:count])
            inner = graph.add_activation(
                graph.part_name(target, f"part{len(inputs)}"), shape, *graph.quantization(target)
            )
            options = copy.copy(old.builtinOptions)
            new.append(graph.operator("CONCATENATION", 2, inputs[:count], [inner], options))
            inputs = [inner, *inputs[count:]]
        options = old.builtinOptions
        new.append(graph.operator("CONCATENATION", 2, inputs, [target], options))
        graph.replace(old, new)
        done += 1
    return done
