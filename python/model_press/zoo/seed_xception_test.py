"""Tests of the data-initialised weights, on a small member of the family."""

import dataclasses

import numpy as np
import tf_keras
from absl.testing import absltest

from model_press.data import crops, photos
from model_press.errors import UserError
from model_press.zoo import seed_xception, xception_family

SPEC = xception_family.XceptionSpec(size=71, classes=40, width=0.05, middle_blocks=2)
CROPS = 24


def _predict(model: tf_keras.Model, images: np.ndarray) -> np.ndarray:
    return model.predict(images / np.float32(127.5) - np.float32(1), verbose=0)


class SeedXceptionTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.images = crops.make(photos.TRAIN, CROPS, SPEC.size, seed=1)
        cls.model = seed_xception.build(SPEC, cls.images)

    def test_the_same_images_give_the_same_weights(self):
        again = seed_xception.build(SPEC, self.images)
        for ours, theirs in zip(self.model.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_another_order_of_summation_gives_the_same_weights(self):
        # Crops in another order change every sum's rounding, as another processor would.
        order = np.r_[np.arange(seed_xception.STATISTICS_CROPS)[::-1]]
        order = np.r_[order, np.arange(len(order), CROPS)]
        first, other = (
            seed_xception.build(SPEC, images) for images in (self.images, self.images[order])
        )
        # The head depends on the order of its examples; the rest must not.
        for ours, theirs in zip(first.get_weights()[:-2], other.get_weights()[:-2], strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_normalisations_hold_the_statistics_of_their_inputs(self):
        used = self.images[: seed_xception.STATISTICS_CROPS]
        pixels = used / np.float32(127.5) - np.float32(1)
        for name in ("block1_conv1_bn", "block4_sepconv2_bn", "block8_sepconv2_bn"):
            layer = self.model.get_layer(name)
            flow = tf_keras.Model(self.model.input, layer.input).predict(pixels, verbose=0)
            deviation = flow.std(axis=(0, 1, 2))
            mean = flow.mean(axis=(0, 1, 2))
            # Float32 sums, and statistics of STATISTICS_BITS bits that later layers are fed with.
            tolerance = 8 * 2.0**-seed_xception.STATISTICS_BITS
            np.testing.assert_array_less(
                np.abs(layer.moving_mean.numpy() - mean), tolerance * deviation, err_msg=name
            )
            np.testing.assert_allclose(
                layer.moving_variance.numpy(), deviation**2, rtol=2 * tolerance, err_msg=name
            )

    def test_outputs_are_spread_on_photographs_never_seen(self):
        golden = crops.make(photos.HELD_OUT, 48, SPEC.size, seed=2)
        output = _predict(self.model, golden)
        self.assertGreaterEqual(len(set(output.argmax(axis=1))), SPEC.classes // 4)
        top = output.max(axis=1).mean()
        self.assertBetween(top, 2 / SPEC.classes, 0.9)

    def test_the_head_knows_the_tiles_that_it_was_fitted_to(self):
        pixels = self.images / 127.5 - 1.0
        head = self.model.layers[-1]
        body = tf_keras.Model(self.model.input, self.model.get_layer("avg_pool").input)
        maps = body.predict(pixels.astype(np.float32), verbose=0)
        owner = seed_xception._tile_classes(maps, SPEC.classes)
        self.assertEqual(set(owner.ravel()), set(range(SPEC.classes)))
        tiles = np.stack([maps[owner == c].mean(axis=0) for c in range(SPEC.classes)])
        logits = tiles @ head.kernel.numpy() + head.bias.numpy()
        right = (logits.argmax(axis=1) == np.arange(SPEC.classes)).mean()
        self.assertGreater(right, 0.9)

    def test_images_of_another_size_are_refused(self):
        with self.assertRaisesRegex(UserError, r"expected uint8 \[N, 71, 71, 3\]"):
            seed_xception.build(SPEC, self.images[:, :-1])

    def test_too_few_images_are_refused(self):
        spec = dataclasses.replace(SPEC, classes=100)
        with self.assertRaisesRegex(UserError, "give at least 12 images"):
            seed_xception.build(spec, self.images[:2])


class BuildingBlocksTest(absltest.TestCase):
    def test_he_uniform_has_the_right_spread_and_few_bits(self):
        fan_in = 50
        kernel = seed_xception.he_uniform(1, "k", (200, fan_in), fan_in)
        limit = np.sqrt(6 / fan_in)
        self.assertLessEqual(np.abs(kernel).max(), limit)
        self.assertAlmostEqual(kernel.var() * fan_in, 2, delta=0.1)

    def test_round_mantissa_keeps_the_leading_bits(self):
        values = np.array([1.0, 1 + 2**-3, 1 + 2**-5, -6.9, 0.0, 2.0**-40 * 1.1])
        rounded = seed_xception.round_mantissa(values, 4)
        np.testing.assert_array_equal(rounded, [1, 1.125, 1, -7, 0, 2.0**-40 * 1.125])

    def test_alike_images_are_refused(self):
        with self.assertRaisesRegex(UserError, "all alike"):
            seed_xception._fit_head(np.ones((4, 3, 3, 8)), classes=12)

    def test_precision_is_put_back(self):
        before = tf_keras.backend.floatx()
        with self.assertRaises(KeyError), seed_xception._double_precision():
            raise KeyError
        self.assertEqual(tf_keras.backend.floatx(), before)
        self.assertEqual(tf_keras.mixed_precision.global_policy().name, "float32")


if __name__ == "__main__":
    absltest.main()
