"""Too little compressed: the line offers what would help, by the sizes of what was left out."""

import dataclasses

import pytest
from testing.raises import user_error

from model_press.coreml import weights
from model_press.coreml.evaluator import program
from model_press.formats import coreml_recipes

_RECIPE = dataclasses.replace(
    coreml_recipes.read("models/coreml_recipes/int8.json"), min_elements=2048, min_coverage=0.9
)


def _weight(name, channels, storage=()):
    return weights.Weight(name, f"{name}_weight", (channels, 100), storage)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (
            [_weight("small", 20)],
            "lower the recipe's min_elements (2048) to compress smaller ones, or its min_coverage",
        ),
        (
            [_weight("large", 30)],
            "lower the recipe's min_coverage: too few of them are below its min_elements (2048)",
        ),
        # The small one alone would not do.
        ([_weight("large", 30), _weight("small", 20)], "lower the recipe's min_coverage: too few"),
    ],
)
def test_the_bound_that_would_help_is_named(left, said):
    found = [_weight("done", 80, ("constexpr_affine_dequantize",)), *left]
    with user_error(f"left out: {left[0].layer} [", said):
        weights.check_coverage(found, _RECIPE)


def test_enough_is_no_error():
    found = [_weight("done", 90, ("constexpr_affine_dequantize",)), _weight("small", 10)]
    assert weights.check_coverage(found, _RECIPE) == 0.9


def test_a_name_that_is_given_twice_has_an_end():
    """In a damaged program each of two weights may read the other."""
    one, other = (
        program.Operation("constexpr_cast", {"source_val": program.Name(reads)}, ((name, None),))
        for name, reads in (("a", "b"), ("b", "a"))
    )
    assert set(weights._storage(one, {"a": one, "b": other})) == {"constexpr_cast"}
