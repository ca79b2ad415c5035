"""Compressed weights decode as the operator reference says, bits packed from the least significant up."""

import numpy as np
import pytest
from testing.raises import user_error

from model_press.coreml.evaluator import blob, constexpr


def test_unpack_of_every_width():
    for bits in (1, 2, 3, 4, 6):
        values = np.random.default_rng(bits).integers(0, 1 << bits, 37)
        stream = ((values[:, None] >> np.arange(bits)) & 1).ravel().astype(np.uint8)
        assert np.array_equal(blob.unpack(np.packbits(stream, bitorder="little"), bits, 37), values)


def test_unpack_signed_is_twos_complement():
    assert blob.unpack(np.array([0xF7, 0x08], np.uint8), 4, 4, signed=True).tolist() == [
        7,
        -1,
        -8,
        0,
    ]


def test_affine_along_an_axis():
    data = np.array([[1, 2], [3, 4]], np.int8)
    got = constexpr.affine_dequantize(data, np.array([0, 1]), np.array([0.5, 2.0]), 1)
    assert got.tolist() == [[0.5, 2], [1.5, 6]]
    assert constexpr.affine_dequantize(data, 1, 0.5, 0).tolist() == [[0, 0.5], [1, 1.5]]


def test_blockwise_scales_serve_blocks():
    data = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.int8)
    got = constexpr.blockwise_shift_scale(data, np.array([[1.0, 10.0]]), np.array([[0, 1]]))
    assert got.tolist() == [[1, 2, 20, 30], [5, 6, 60, 70]]


def test_ios16_palette_has_packed_indices():
    # 3, 0, 2, 1, 1 in two bits each: 0b01100011, 0b01.
    got = constexpr.lut_to_dense(
        np.array([0b01100011, 0b01], np.uint8), np.array([5.0, 6, 7, 8], np.float16), np.array([5])
    )
    assert got.tolist() == [8, 5, 7, 6, 6]


def test_ios18_palette_has_a_table_for_each_block():
    # The example of Apple's reference: two groups of a 2-bit palette.
    indices = np.array([[2, 3], [3, 0], [1, 0], [3, 2], [2, 1], [0, 3]])
    lut = np.array([1.0, 5, 9, 13, 2, 10, 18, 26]).reshape(2, 1, 4, 1)
    got = constexpr.lut_to_dense(indices, lut)
    assert got.tolist() == [[9, 13], [13, 1], [5, 1], [26, 18], [18, 10], [2, 26]]


@pytest.mark.parametrize("axis", [1, 2])
def test_ios18_vectors_lie_along_their_axis(axis):
    # The reference's cases 2.1 and 2.2, with a0 a1 a2 = 1 2 3 and b0 b1 b2 = 7 8 9.
    indices = np.array([[[0, 0], [1, 0]], [[1, 1], [0, 0]]])
    lut = np.array([1, 2, 3, 7, 8, 9]).reshape(1, 1, 1, 2, 3)
    got = constexpr.lut_to_dense(indices, lut, vector_axis=axis)
    if axis == 1:
        assert got[0].tolist() == [[1, 1], [2, 2], [3, 3], [7, 1], [8, 2], [9, 3]]
    else:
        assert got[1].tolist() == [[7, 8, 9, 7, 8, 9], [1, 2, 3, 1, 2, 3]]


def test_sparse_of_both_generations():
    packed = constexpr.sparse_to_dense(
        np.array([5, 6]), np.array([0b1010], np.uint8), np.array([2, 2])
    )
    assert packed.tolist() == [[0, 5], [0, 6]]
    mask = np.array([[0, 1], [1, 0]], np.uint8)
    assert constexpr.sparse_to_dense(np.array([5, 6]), mask).tolist() == [[0, 5], [6, 0]]


def test_joint_forms_decode_only_what_the_mask_holds():
    # The reference's example of sparse scales (its second line lists the values 1 to 9 of the data).
    mask = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]], np.uint8)
    data = np.array([10, 11, 3, 4, 5, 6, 7, 8, 9])
    scale, offset = np.array([[0.1, 0.2, 0.3, 0.4]]), np.array([[1, 2, 3, 4]])
    kept, values = constexpr.sparse_blockwise_shift_scale(mask, data, scale, offset)
    assert np.array_equal(kept, mask)
    assert np.allclose(values, [0.9, 1.8, 0.2, 0.4, 0.6, 0.9, 1.2, 0.7, 1.4])
    lut = np.array([2.0, 3.0]).reshape(1, 1, 2, 1)
    kept, values = constexpr.lut_to_sparse(mask, np.array([0, 1, 1, 0, 1, 1, 0, 0, 1]), lut)
    assert values.tolist() == [2, 3, 3, 2, 3, 3, 2, 2, 3] and np.array_equal(kept, mask)


def test_weights_that_grow_from_a_small_file_are_refused_before_they_do():
    indices, vector = np.zeros(50_000, np.uint8), np.zeros((1, 1, 50_000), np.float32)
    with user_error("a compressed weight of [50000, 50000] has 2500000000 weights"):
        constexpr.lut_to_dense(indices, vector, vector_axis=0)
    column, scale = np.zeros((50_000, 1), np.int8), np.zeros(50_000, np.float32)
    with user_error("a compressed weight of [50000, 50000]"):
        constexpr.affine_dequantize(column, 0, scale, 1)
