"""Names people know: the layer that a tensor of a converted model came from."""

import re

# What TensorFlow's graph puts around a layer's own name.
_WRAPPER = re.compile(r"^(StatefulPartitionedCall|PartitionedCall|functional(_\d+)?|model(_\d+)?)$")


def layer_of(tensor: str) -> str:
    """Return the layer in a tensor's name, for example block3_add of "xception/block3_add/add;...".

    The converter joins the names of what it fused by semicolons; the first names the result.
    """
    parts = [part for part in tensor.split(";")[0].split("/") if part]
    while len(parts) > 1 and _WRAPPER.match(parts[0]):
        parts = parts[1:]
    if len(parts) >= 3:
        return parts[1]
    return parts[0] if parts else tensor
