"""Operations that move values. The first axis is the images', of which a program states one."""

import numpy as np


def _not_images(axes, rank):
    if any(int(a) % rank == 0 for a in np.ravel(axes)):
        raise ValueError("it changes the axis of images")


def concat(values, axis, interleave=False):
    """Join along an axis."""
    if interleave:
        raise ValueError("interleave is set, which the evaluator does not run")
    _not_images(axis, values[0].ndim)
    # A constant among the values is written for one image.
    count = max(len(v) for v in values)
    values = [np.broadcast_to(v, (count, *v.shape[1:])) for v in values]
    return np.concatenate(values, int(axis))


def expand_dims(x, axes):
    """Insert axes of size 1."""
    axes = tuple(int(a) for a in np.ravel(axes))
    _not_images(axes, x.ndim + len(axes))
    return np.expand_dims(x, axes)


def pad(x, pad, mode="constant", constant_val=0.0):
    """Pad the last axes by (before, after) pairs."""
    flat = [int(p) for p in np.ravel(pad)]
    pairs = list(zip(flat[::2], flat[1::2], strict=True))
    pairs = [(0, 0)] * (x.ndim - len(pairs)) + pairs
    if pairs[0] != (0, 0):
        raise ValueError("it pads the axis of images")
    if mode == "constant":
        return np.pad(x, pairs, constant_values=constant_val)
    return np.pad(x, pairs, {"reflect": "reflect", "replicate": "edge"}[mode])


def reshape(x, shape):
    """Reshape each image."""
    sizes = [int(n) for n in np.ravel(shape)]
    if sizes[0] not in (1, -1) or (sizes[0] == -1 and -1 in sizes[1:]):
        raise ValueError(f"the shape {sizes} does not begin with one image")
    return x.reshape(len(x), *sizes[1:])


def slice_by_index(x, begin, end, stride=None, begin_mask=None, end_mask=None, squeeze_mask=None):
    """Return x[begin:end:stride] on every axis; a mask means "from the start", "to the end", "drop the axis"."""
    rank = x.ndim
    masks = [
        np.zeros(rank, bool) if m is None else np.ravel(m)
        for m in (begin_mask, end_mask, squeeze_mask)
    ]
    steps = np.ones(rank, int) if stride is None else np.ravel(stride)
    index = []
    for axis, (first, last, step) in enumerate(
        zip(np.ravel(begin), np.ravel(end), steps, strict=True)
    ):
        if masks[2][axis]:
            index.append(int(first))
        else:
            start = None if masks[0][axis] else int(first)
            stop = None if masks[1][axis] else int(last)
            index.append(slice(start, stop, int(step)))
    # The program was written for one image: [0:1] means all of them.
    if not isinstance(index[0], slice) or index[0].step != 1 or index[0].start not in (None, 0):
        raise ValueError("it takes one of the images")
    index[0] = slice(None)
    return x[tuple(index)]


def split(x, axis, num_splits=None, split_sizes=None):
    """Split along an axis into a tuple."""
    _not_images(axis, x.ndim)
    if split_sizes is None:
        return tuple(np.split(x, int(num_splits), int(axis)))
    return tuple(np.split(x, np.cumsum(np.ravel(split_sizes))[:-1], int(axis)))


def squeeze(x, axes=None):
    """Drop axes of size 1."""
    axes = [a for a in range(1, x.ndim) if x.shape[a] == 1] if axes is None else np.ravel(axes)
    axes = tuple(int(a) for a in axes)
    _not_images(axes, x.ndim)
    return np.squeeze(x, axes)


def transpose(x, perm):
    """Reorder the axes."""
    perm = [int(a) for a in np.ravel(perm)]
    if perm[0] % x.ndim != 0:
        raise ValueError("it moves the axis of images")
    return np.transpose(x, perm)


def topk(
    x: np.ndarray,
    k: int,
    axis: int = -1,
    ascending: bool = False,
    sort: bool = True,
    return_indices: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k largest along the last axis and their indices, best first; of equal ones the lower index first."""
    if int(axis) % x.ndim != x.ndim - 1 or ascending or not sort or not return_indices:
        raise ValueError("it is not the largest along the last axis, sorted, with indices")
    indices = np.argsort(-x, axis=-1, kind="stable")[..., : int(k)]
    return np.take_along_axis(x, indices, -1), indices


OPERATIONS = {
    "concat": concat,
    "expand_dims": expand_dims,
    "pad": pad,
    "reshape": reshape,
    "slice_by_index": slice_by_index,
    "split": split,
    "squeeze": squeeze,
    "topk": topk,
    "transpose": transpose,
}
