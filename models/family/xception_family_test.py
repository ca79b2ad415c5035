"""Tests that the family's full member is Keras' Xception."""

import numpy as np
import tf_keras
from absl.testing import absltest
from model_press.formats.errors import UserError

from models.family import xception_family

# The published parameter count of Xception.
XCEPTION_PARAMETERS = 22_910_480
# Small enough for a quick test; the weights do not depend on the input's size.
SIZE = 75


def _kinds(model: tf_keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


class FullXceptionTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tf_keras.utils.set_random_seed(1)
        cls.keras_model = tf_keras.applications.Xception(
            weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3)
        )
        cls.ours = xception_family.build(xception_family.XceptionSpec(size=SIZE))

    def test_has_the_published_parameters(self):
        self.assertEqual(self.ours.count_params(), XCEPTION_PARAMETERS)

    def test_has_keras_layers_in_keras_order(self):
        with_top = _kinds(tf_keras.applications.Xception(weights=None))
        self.assertEqual(_kinds(self.ours), with_top)

    def test_layers_carry_keras_names_except_the_shortcuts(self):
        unnamed = {
            ours.name
            for ours, theirs in zip(
                self.ours.layers[1:-1], self.keras_model.layers[1:], strict=True
            )
            if ours.name != theirs.name and not ours.name.endswith("_add")
        }
        shortcuts = {f"block{block}_shortcut" for block in (2, 3, 4, 13)}
        self.assertEqual(unnamed - {"avg_pool"}, shortcuts | {f"{s}_bn" for s in shortcuts})

    def test_computes_what_keras_computes_with_the_same_weights(self):
        rng = np.random.default_rng(1)
        # Statistics other than 0 and 1, so that a swapped pair of weights would show.
        weights = [
            w + rng.uniform(0, 0.1, w.shape).astype(w.dtype) if w.ndim == 1 else w
            for w in self.keras_model.get_weights()
        ]
        self.keras_model.set_weights(weights)
        head = self.ours.get_layer("predictions").get_weights()
        self.ours.set_weights(weights + head)
        features = tf_keras.Model(self.ours.input, self.ours.get_layer("avg_pool").output)
        images = rng.uniform(-1, 1, (2, SIZE, SIZE, 3)).astype(np.float32)
        np.testing.assert_array_equal(
            features.predict(images, verbose=0), self.keras_model.predict(images, verbose=0)
        )


class SmallXceptionTest(absltest.TestCase):
    # shows: pain 0.7
    def test_names_do_not_depend_on_what_was_built_before(self):
        spec = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)
        names = [[layer.name for layer in xception_family.build(spec).layers] for _ in range(2)]
        self.assertEqual(names[0], names[1])
        self.assertIn("block6_shortcut", names[0])

    def test_channels_are_multiples_of_eight(self):
        spec = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)
        for layer in xception_family.build(spec).layers[1:-1]:
            self.assertEqual(layer.output_shape[-1] % 8, 0, layer.name)

    def test_branch_gamma_reaches_the_last_normalisation_of_each_branch(self):
        spec = xception_family.XceptionSpec(
            size=32, classes=3, width=0.03, middle_blocks=1, branch_gamma=0.25
        )
        model = xception_family.build(spec)
        damped = {
            layer.name
            for layer in model.layers
            if isinstance(layer, tf_keras.layers.BatchNormalization)
            and (layer.gamma.numpy() == spec.branch_gamma).all()
        }
        self.assertEqual(
            damped,
            {f"block{b}_sepconv2_bn" for b in (2, 3, 4, 6)} | {"block5_sepconv3_bn"},
        )

    def test_an_impossible_member_is_refused(self):
        with self.assertRaisesRegex(UserError, "size is 16 pixels"):
            xception_family.XceptionSpec(size=16)
        with self.assertRaisesRegex(UserError, "width above 0"):
            xception_family.XceptionSpec(width=0)


if __name__ == "__main__":
    absltest.main()
