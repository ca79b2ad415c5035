"""The gates: green where they should be, and red for each seeded fault."""

import dataclasses

import numpy as np
import pytest
from testing.manifests import UINT8_SCORES, manifest_of, recipe
from testing.raises import user_error
from testing.tflite_bytes import Op, chain

from model_press.formats import files, manifest, strict_json
from model_press.gates import accuracy, parity, runtime
from model_press.gates.result import Measure
from model_press.images import npy

CLASSES = 20
IMAGES = 200
TRUTH = (np.arange(IMAGES) % CLASSES).astype(np.int32)


def _scores(wrong: int = 0, seed: int = 0) -> np.ndarray:
    """float32 [IMAGES, CLASSES] probabilities; top-1 is right but for the first `wrong` images."""
    rng = np.random.default_rng(seed)
    scores = rng.random((IMAGES, CLASSES)) * 0.5 / CLASSES
    top = TRUTH.copy()
    top[:wrong] = (top[:wrong] + 1) % CLASSES
    scores[np.arange(IMAGES), top] = rng.uniform(0.6, 0.9, IMAGES)
    return scores.astype(np.float32)


def _codes(scores: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(scores / UINT8_SCORES.scale), 0, 255).astype(np.uint8)


def _save(tmp_path, name: str, array: np.ndarray):
    path = tmp_path / f"{name}.npy"
    npy.write_npy(path, array)
    return path


def _accuracy(tmp_path, codes, baseline, truth=TRUTH, max_drop=0.005):
    return accuracy.check(
        _save(tmp_path, "o", codes),
        manifest_of(),
        _save(tmp_path, "b", baseline),
        None,
        _save(tmp_path, "c", truth),
        max_drop,
    )


def test_accuracy_is_green_at_the_bound_and_red_past_it(tmp_path):
    # 1 of 200 images is 0.005: exactly the accepted drop.
    result = _accuracy(tmp_path, _codes(_scores(wrong=1)), _scores())
    assert result.green
    assert result.facts["accuracy"] == 1 - 1 / IMAGES
    assert "measured 0.005, at most 0.005, margin" in result.lines()[0]
    result = _accuracy(tmp_path, _codes(_scores(wrong=2)), _scores())
    assert not result.green
    assert "measured 0.01, at most 0.005, margin -0.005" in result.failure()


def test_a_better_variant_is_green(tmp_path):
    assert _accuracy(tmp_path, _codes(_scores()), _scores(wrong=5)).green


def test_unlabeled_images_do_not_count(tmp_path):
    truth = TRUTH.copy()
    truth[:10] = -1
    result = _accuracy(tmp_path, _codes(_scores(wrong=10)), _scores(), truth)
    assert result.green and result.facts["images"] == IMAGES - 10
    with user_error("labels no image"):
        _accuracy(tmp_path, _codes(_scores()), _scores(), np.full(IMAGES, -1, np.int32))


# shows: gate accuracy_test: one class only
def test_labels_of_one_class_are_refused(tmp_path):
    always = _scores()
    with user_error("all 200 labelled images are of class 3", "images of every class"):
        _accuracy(tmp_path, _codes(always), always, np.full(IMAGES, 3, np.int32))


# shows: fault swapped labels
def test_swapped_labels_are_red(tmp_path):
    swapped = _codes(_scores())
    swapped[:, [0, 1]] = swapped[:, [1, 0]]
    result = _accuracy(tmp_path, swapped, _scores())
    # Two of twenty classes are wrong.
    assert result.measures[0].measured == pytest.approx(2 / CLASSES)
    assert not result.green


# shows: pain D15; fault constant output
def test_constant_output_is_refused(tmp_path):
    constant = np.repeat(_codes(_scores())[:1], IMAGES, axis=0)
    with user_error("digits_int8 predicts class 0 for all 200 images, expected 20 classes"):
        _accuracy(tmp_path, constant, _scores())


def test_a_model_that_has_learnt_nothing_is_no_fault_of_the_variant(tmp_path):
    constant = np.repeat(_scores()[:1], IMAGES, axis=0)
    with user_error("digits_int8 and its baseline predict one class", "train it"):
        _accuracy(tmp_path, _codes(constant), constant)


def test_accuracy_input_mistakes(tmp_path):
    with user_error("float32", "expected uint8"):
        _accuracy(tmp_path, _scores(), _scores())
    with user_error("differ in shape"):
        _accuracy(tmp_path, _codes(_scores())[:-1], _scores(), TRUTH[:-1])
    with user_error("expected uint8 [N, 20]"):
        _accuracy(tmp_path, np.zeros((IMAGES, 1001), np.uint8), _scores())
    with user_error(f"{_scores().size} values that are not finite", "the first for image 0"):
        _accuracy(tmp_path, _codes(_scores()), np.full_like(_scores(), np.nan))
    with user_error("class 20"):
        _accuracy(tmp_path, _codes(_scores()), _scores(), np.full(IMAGES, 20, np.int32))


def _parity(tmp_path, codes, expected, **tolerance):
    description = manifest_of()
    if tolerance:
        changed = dataclasses.replace(description.recipe.tolerance, **tolerance)
        description = manifest_of(recipe=recipe(tolerance=changed))
    return parity.check(_save(tmp_path, "o", codes), description, _save(tmp_path, "k", expected))


def test_parity_of_rounded_codes(tmp_path):
    result = _parity(tmp_path, _codes(_scores()), _scores())
    assert result.green
    # Rounding to codes loses at most half a step.
    assert result.measures[1].measured <= UINT8_SCORES.scale / 2 * (1 + 1e-5)


# shows: pain D48
def test_a_large_difference_that_changes_no_answer_is_said_and_not_red(tmp_path):
    found = _scores()
    found[7, TRUTH[7]] -= 0.4
    result = _parity(tmp_path, _codes(found), _scores(), max_mean_diff=0.005)
    assert result.green and result.measures[0].measured == 1
    assert result.facts["largest difference"] == pytest.approx(0.4, abs=UINT8_SCORES.scale)


# shows: pain D48
def test_parity_is_red_past_either_bound(tmp_path):
    result = _parity(tmp_path, _codes(_scores(wrong=40)), _scores())
    assert [m.green for m in result.measures] == [False, False]
    assert result.measures[0].measured == 1 - 40 / IMAGES
    result = _parity(tmp_path, _codes(_scores()), _scores(), max_mean_diff=1e-6)
    assert [m.green for m in result.measures] == [True, False]


# shows: gate parity_test: output scale
def test_wrong_output_scale_is_red(tmp_path):
    description = manifest_of(output=dataclasses.replace(UINT8_SCORES, scale=1 / 128))
    result = parity.check(
        _save(tmp_path, "o", _codes(_scores())), description, _save(tmp_path, "k", _scores())
    )
    assert not result.green


def test_degenerate_golden_sets_and_outputs_are_refused(tmp_path):
    few = np.repeat(_scores()[:9], 10, axis=0)
    with user_error("degenerate", "9 distinct top-1", "at least 10"):
        _parity(tmp_path, _codes(few), few)
    nearly_constant = (_codes(_scores()) // 16 * 16).astype(np.uint8)
    with user_error("degenerate", "distinct values", "32", "use an accuracy_test"):
        _parity(tmp_path, nearly_constant, _scores())


@pytest.mark.parametrize(
    "classes, needed", [(2, 2), (5, 3), (20, 10), (99, 10), (100, 20), (1000, 20)]
)
def test_min_distinct_top1(classes, needed):
    assert parity.min_distinct_top1(classes) == needed


TABLE = {
    "runtime": "tensorflow-lite",
    "version": "2.16.1",
    "library": "for people",
    "ops": {
        "CONV_2D": {"max_version": 8},
        "FULLY_CONNECTED": {"max_version": 11, "min_version": 1},
    },
}


def _table(tmp_path):
    files.write_json(tmp_path / "r.json", TABLE)
    return tmp_path / "r.json"


def _variant(tmp_path, name: str, *ops: Op, custom_ops=()):
    """Write a .tflite; return its path and manifest."""
    data = chain(*ops)
    (tmp_path / name).write_bytes(data)
    model = manifest.ModelFile(name, files.sha256_bytes(data), len(data))
    requires = dataclasses.replace(manifest_of().requires, custom_ops=custom_ops)
    return tmp_path / name, manifest_of(name=name, model=model, requires=requires)


def _runtime(tmp_path, *ops: Op, custom_ops=()):
    return runtime.check(*_variant(tmp_path, "m", *ops, custom_ops=custom_ops), _table(tmp_path))


def test_runtime_of_several_names_each_that_is_red(tmp_path):
    ops = {"a": Op("GELU"), "b": Op("CONV_2D"), "c": Op("FULLY_CONNECTED", 12)}
    made = [_variant(tmp_path, name, op) for name, op in ops.items()]
    models, manifests = zip(*made, strict=True)
    with user_error("2 of 3 variants", "a does not load", "GELU version 1", "; c does not load"):
        runtime.check_all(models, manifests, _table(tmp_path))
    good = runtime.check_all([models[1]] * 2, [manifests[1]] * 2, _table(tmp_path))
    assert good.green and good.facts["b"] == "1 operators in 1 nodes"


def test_runtime_is_green_up_to_its_versions(tmp_path):
    assert _runtime(tmp_path, Op("CONV_2D", 8), Op("FULLY_CONNECTED", 11)).green


# shows: pain D25; fault FULLY_CONNECTED version 12
def test_fully_connected_12_is_red_with_the_cure(tmp_path):
    with user_error(
        "FULLY_CONNECTED version 12", "tensorflow-lite 2.16.1 has up to 11", "per_channel_dense"
    ):
        _runtime(tmp_path, Op("CONV_2D", 3), Op("FULLY_CONNECTED", 12))


# shows: pain D30
def test_an_operator_that_the_runtime_lacks_is_red_with_its_layer_and_cure(tmp_path):
    with user_error("GELU version 1", "has none; layer t1)", 'add "gelu" to the rewrites'):
        _runtime(tmp_path, Op("GELU"))


def test_many_layers_are_counted(tmp_path):
    with user_error("layer t1, t2, t3 and 2 more)"):
        _runtime(tmp_path, *[Op("GELU")] * 5)


# shows: gate runtime_test: Flex and custom operators; fault a Flex operator
def test_flex_and_custom_operators_are_red_unless_declared(tmp_path):
    with user_error("Select TF", "FlexSvd"):
        _runtime(tmp_path, Op("CUSTOM", 1, "FlexSvd"))
    with user_error("MyOp", "does not declare"):
        _runtime(tmp_path, Op("CUSTOM", 1, "MyOp"))
    declared = _runtime(tmp_path, Op("CUSTOM", 1, "MyOp"), custom_ops=("MyOp",))
    assert declared.green and "the app must register: MyOp" in declared.lines()[-1]


# shows: fault model of another recipe in the bundle
def test_a_model_of_another_recipe_is_red(tmp_path):
    path, _ = _variant(tmp_path, "m", Op("CONV_2D"))
    with user_error("not the file its manifest names"):
        runtime.check(path, manifest_of(), _table(tmp_path))


def test_nan_is_red_and_json_has_the_margin():
    assert not Measure("x", float("nan"), 1, at_most=True).green
    assert Measure("x", 0.75, 0.5, at_most=False).margin == 0.25
    assert strict_json.to_json(Measure("x", 1.0, 2.0, True))["bound"] == 2.0
