"""Decodes compressed weights: every `constexpr_*` operation that coremltools writes, for iOS 16 and iOS 18 programs.

iOS 16 packs bits into uint8 vectors and states a shape; iOS 18 has types of less than a byte, blocks of scales and of
lookup tables, and sparse forms that stand between the stored data and `constexpr_sparse_to_dense`. Semantics: Core ML's
MIL operator reference (coremltools' documentation of compression operators).
"""

import math

import numpy as np

from model_press.coreml.evaluator import blob, program


def affine_dequantize(
    quantized_data: np.ndarray, zero_point: np.ndarray, scale: np.ndarray, axis: int
) -> np.ndarray:
    """Return float32 scale * (data - zero_point), either a scalar or one per slice of `axis`."""
    shape = [1] * quantized_data.ndim
    if np.ndim(scale):
        shape[axis] = -1
    scale = np.asarray(scale, np.float32).reshape(shape)
    zero_shape = shape if np.ndim(zero_point) else [1] * quantized_data.ndim
    zero = np.asarray(zero_point, np.float32).reshape(zero_shape)
    for factor in (scale, zero):
        _require_size(np.broadcast_shapes(quantized_data.shape, factor.shape))
    return scale * (quantized_data.astype(np.float32) - zero)


def blockwise_shift_scale(
    data: np.ndarray, scale: np.ndarray, offset: np.ndarray | None = None
) -> np.ndarray:
    """Return float32 scale * (data - offset); each element of scale and offset serves a block of data."""
    values = data.astype(np.float32)
    if offset is not None:
        values -= _spread(np.asarray(offset, np.float32), data.shape)
    return values * _spread(np.asarray(scale, np.float32), data.shape)


def lut_to_dense(
    indices: np.ndarray,
    lut: np.ndarray,
    shape: np.ndarray | None = None,
    vector_axis: int | None = None,
) -> np.ndarray:
    """Decode values by looking up their indices.

    Args:
      indices: iOS 16 (`shape` given): uint8 vector of packed indices of log2(len(lut)) bits; iOS 18: unpacked.
      lut: iOS 16: [entries]; iOS 18: [blocks along each axis of indices ..., entries, vector].
      vector_axis: the axis along which a vector's elements lie, where a vector has more than one.
    """
    if shape is not None:
        size = tuple(int(n) for n in np.ravel(shape))
        bits = (len(lut) - 1).bit_length()
        if bits < 8:
            indices = blob.unpack(indices, bits, math.prod(size))
        return np.asarray(lut)[indices].reshape(size)
    blocks, entries, vector = lut.shape[:-2], lut.shape[-2], lut.shape[-1]
    table = np.arange(math.prod(blocks)).reshape(blocks)
    _require_size((*indices.shape, vector))
    rows = _spread(table, indices.shape) * entries + indices
    found = lut.reshape(-1, vector)[rows]
    if vector == 1:
        return found[..., 0]
    axis = int(vector_axis) % indices.ndim
    found = np.moveaxis(found, -1, axis + 1)
    result = list(indices.shape)
    result[axis] *= vector
    return found.reshape(result)


def sparse_to_dense(
    nonzero_data: np.ndarray, mask: np.ndarray, shape: np.ndarray | None = None
) -> np.ndarray:
    """Put the data where the mask is set, zero elsewhere. With `shape` (iOS 16) the mask is packed bits."""
    if shape is not None:
        size = tuple(int(n) for n in np.ravel(shape))
        mask = blob.unpack(mask, 1, math.prod(size)).reshape(size)
    dense = np.zeros(mask.shape, nonzero_data.dtype)
    dense[mask != 0] = nonzero_data
    return dense


def lut_to_sparse(
    indices_mask: np.ndarray,
    indices_nonzero_data: np.ndarray,
    lut: np.ndarray,
    vector_axis: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (mask, values where it is set), for data that is both sparse and looked up."""
    dense = lut_to_dense(
        sparse_to_dense(indices_nonzero_data, indices_mask), lut, vector_axis=vector_axis
    )
    mask = indices_mask
    if lut.shape[-1] > 1:
        mask = np.repeat(mask, lut.shape[-1], int(vector_axis))
    return mask, dense[mask != 0]


def sparse_blockwise_shift_scale(
    data_mask: np.ndarray,
    nonzero_data: np.ndarray,
    scale: np.ndarray,
    offset: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (mask, values where it is set), for data that is both sparse and quantised."""
    dense = blockwise_shift_scale(sparse_to_dense(nonzero_data, data_mask), scale, offset)
    return data_mask, dense[data_mask != 0]


def cast(source_val: np.ndarray, output_dtype: str) -> np.ndarray:
    """Return the float32 values of a float16 constant."""
    return np.asarray(source_val, {"fp32": np.float32, "fp16": np.float16}[output_dtype])


DECODERS = {
    "constexpr_affine_dequantize": affine_dequantize,
    "constexpr_blockwise_shift_scale": blockwise_shift_scale,
    "constexpr_cast": cast,
    "constexpr_lut_to_dense": lut_to_dense,
    "constexpr_lut_to_sparse": lut_to_sparse,
    "constexpr_sparse_blockwise_shift_scale": sparse_blockwise_shift_scale,
    "constexpr_sparse_to_dense": sparse_to_dense,
}


def _require_size(shape: tuple[int, ...]) -> None:
    """Refuse weights that would expand beyond the limit of a program, before expanding them."""
    program.Allowance().take(math.prod(shape), f"a compressed weight of {list(shape)}")


def _spread(blocks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Repeat each element over its block, so that the result has `shape`."""
    for axis, (count, size) in enumerate(zip(blocks.shape, shape, strict=True)):
        if count != size and count != 1:
            blocks = np.repeat(blocks, size // count, axis)
    return blocks
