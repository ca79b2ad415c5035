"""Channel pruning as a whole: what leaves, what stays, and that nothing else changes."""

import dataclasses

import numpy as np
import pytest
from testing import compress_nets, keras_models
from testing.compress_settings import CHANNELS
from testing.raises import user_error

from model_press.compress.channels import channel_groups, channel_reader, cost, prune
from model_press.keras_io import graph as keras_graph

INPUTS = compress_nets.images(8)
NETS = [(style, keras) for style in compress_nets.STYLES for keras in ("2", "3")]


def settings(**changes):
    return dataclasses.replace(CHANNELS, **changes)


def layer_of(model, name):
    return next(layer for layer in keras_graph.trace(model).layers() if layer.name == name)


def assert_same_outputs(one, other):
    outputs = compress_nets.run(one, INPUTS), compress_nets.run(other, INPUTS)
    np.testing.assert_allclose(*outputs, atol=1e-5)


@pytest.mark.parametrize("style, keras", NETS)
def test_pruning_nothing_gives_identical_outputs(style, keras):
    model = compress_nets.build(style, keras)
    pruned = prune.prune(model, settings(share=1.0)).model
    assert np.array_equal(compress_nets.run(pruned, INPUTS), compress_nets.run(model, INPUTS))


@pytest.mark.parametrize("style, keras", NETS)
def test_surviving_weights_are_slices_of_the_original(style, keras):
    """Every weight is numbered through, so that the numbers that are left tell which slice they were."""
    model = compress_nets.build(style, keras)
    model.set_weights(
        [np.arange(w.size, dtype=np.float32).reshape(w.shape) for w in model.get_weights()]
    )
    result = prune.prune(model, CHANNELS)
    graph = keras_graph.trace(model)
    names = keras_graph.unique_names(graph)
    before = {names[id(layer)]: layer for layer in graph.layers()}
    smaller = 0
    for layer in result.model.layers:
        for new, old in zip(layer.weights, before[layer.name].weights, strict=True):
            positions = np.unravel_index(np.asarray(new).astype(int), old.shape)
            chosen = [np.unique(position) for position in positions]
            assert np.array_equal(np.asarray(new), np.asarray(old)[np.ix_(*chosen)])
            smaller += np.size(new) < np.size(old)
    assert smaller > 5
    assert result.model.count_params() == result.parameters[1] < 0.5 * result.parameters[0]
    assert result.parameters[0] == model.count_params()
    assert np.all(np.isfinite(compress_nets.run(result.model, INPUTS)))


@pytest.mark.parametrize("style, keras", NETS)
def test_every_group_keeps_the_share(style, keras):
    result = prune.prune(compress_nets.build(style, keras), CHANNELS)
    for group in result.groups:
        if group.kept_because is None:
            assert group.kept == group.channels // 2, group
        else:
            assert group.kept == group.channels, group
    kept = {layer for group in result.groups if group.kept_because for layer in group.layers}
    assert kept == {"image", "scores"}


def test_a_residual_stream_is_one_group():
    groups = prune.prune(compress_nets.build("xception", "2"), CHANNELS).groups
    assert ("sep2", "sep3", "shortcut") in [group.layers for group in groups]


def plant(layer, to, source=None, axis=-1):
    """Makes channel `to` of each weight of a layer zero, or equal to `source`."""
    values = layer.get_weights()
    for value in values:
        view = np.moveaxis(value, axis, 0)
        view[to] = 0 if source is None else view[source]
    layer.set_weights(values)


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    "style, planted",
    [
        # conv, its batch norm, and per-channel layers on the way to the kernels that take it
        ("xception", [("entry", -1), ("entry_bn", 0), ("sep1:depthwise", 2)]),
        (
            "mobilenet_v2",
            [
                ("a_expand", -1),
                ("a_expand_bn", 0),
                ("a_depthwise", 2),
                ("a_depthwise_bn", 0),
                ("a_excite", -1),
            ],
        ),
        ("resnet", [("a_conv1", -1)]),
        ("resnet", [("hidden", -1)]),
        ("densenet", [("b_conv1", -1), ("b_bn2", 0)]),
    ],
)
@pytest.mark.parametrize("source", [None, 5])
def test_planted_dead_and_copied_channels_leave_without_a_trace(style, planted, source, keras):
    model = compress_nets.build(style, keras)
    for name, axis in planted:
        name, _, part = name.partition(":")
        layer = layer_of(model, name)
        if part:
            depthwise, *rest = layer.get_weights()
            depthwise[:, :, 2] = 0 if source is None else depthwise[:, :, source]
            layer.set_weights([depthwise, *rest])
        else:
            plant(layer, 2, source, axis)
    result = prune.prune(model, settings(share=1.0, merge_redundant=True))
    assert result.merged == 1
    gone = [group for group in result.groups if group.kept < group.channels]
    assert [group.channels - group.kept for group in gone] == [1]
    assert planted[0][0] in gone[0].layers
    assert_same_outputs(result.model, model)


def with_a_copy():
    """A net whose channel 2 of b_conv1 equals channel 5."""
    model = compress_nets.build("densenet", "2")
    for name, axis in (("b_conv1", -1), ("b_bn2", 0)):
        plant(layer_of(model, name), 2, 5, axis)
    return model


def test_a_copy_that_stays_to_fill_a_multiple_does_no_harm():
    """15 of 16 are enough, but a multiple of eight is asked for."""
    model = with_a_copy()
    result = prune.prune(model, settings(share=0.99, multiple=8, merge_redundant=True))
    assert result.merged == 1
    assert all(group.kept == group.channels for group in result.groups)
    assert_same_outputs(result.model, model)


def test_a_copy_leaves_before_anything_else():
    model = with_a_copy()
    chosen = settings(share=15 / 16, keep_layers=("a_conv1", "c_conv1"), merge_redundant=True)
    result = prune.prune(model, chosen)
    kept = {layer: group.kept for group in result.groups for layer in group.layers}
    assert (kept["b_conv1"], kept["entry"]) == (15, 8)
    assert_same_outputs(result.model, model)


@pytest.mark.parametrize(
    "style, layer, source, axis",
    [
        # Equal filters, but batch normalisation treats them differently.
        ("densenet", "b_conv1", 5, -1),
        # A dead filter, but its batch normalisation still has a beta.
        ("densenet", "b_conv1", None, -1),
        # ResNet's stream feeds a dead normalisation here, but also, ungated, the addition.
        ("resnet", "b_pre_bn", None, 0),
    ],
)
def test_a_channel_that_is_dead_or_equal_in_one_place_only_stays(style, layer, source, axis):
    model = compress_nets.build(style, "2")
    plant(layer_of(model, layer), 2, source, axis)
    assert prune.prune(model, settings(share=1.0, merge_redundant=True)).merged == 0


@pytest.mark.parametrize("unit", ["parameters", "macs"])
@pytest.mark.parametrize("uneven", [False, True])
def test_a_budget_is_met_closely(unit, uneven):
    model = compress_nets.build("resnet", "2")
    result = prune.prune(model, settings(share=None, budget=0.4, unit=unit, uneven=uneven))
    before, after = getattr(result, unit)
    assert 0.3 * before < after <= 0.4 * before
    graph = keras_graph.trace(result.model)
    coupling = channel_groups.find(channel_reader.read(graph))
    assert cost.total(coupling, np.ones(coupling.count, bool), unit) == after


def test_multiplications_are_counted_as_by_hand():
    """Kernel elements times output places, layer by layer."""
    result = prune.prune(compress_nets.build("xception", "2"), settings(share=1.0))
    by_hand = 15 * 15 * (27 * 8)  # entry
    by_hand += 8 * 8 * (8 * 16)  # shortcut
    by_hand += 15 * 15 * (9 * 8 + 8 * 12)  # sep1
    by_hand += 15 * 15 * (9 * 24 + 24 * 16)  # sep2, two depthwise channels each
    by_hand += 8 * 8 * (9 * 16 + 16 * 16)  # sep3
    by_hand += 16 * 10
    assert result.macs[0] == by_hand


def test_uneven_pruning_spares_what_the_criterion_values():
    model = compress_nets.build("resnet", "2")
    even = {g.layers: g.kept for g in prune.prune(model, CHANNELS).groups}
    uneven_settings = settings(uneven=True, criterion="gradient")
    uneven = {g.layers: g.kept for g in prune.prune(model, uneven_settings, INPUTS).groups}
    assert even != uneven


def test_an_impossible_budget_is_refused():
    model = compress_nets.build("xception", "2")
    with user_error("budget of 0.01", "parameters", "cannot be met"):
        prune.prune(model, settings(share=None, budget=0.01))


def test_kept_channels_are_a_multiple():
    result = prune.prune(compress_nets.build("mobilenet_v2", "2"), settings(share=0.6, multiple=8))
    assert {g.kept for g in result.groups if g.kept_because is None} == {8, 16}


def test_named_layers_keep_their_channels():
    model = compress_nets.build("xception", "2")
    kept = {
        layer: group
        for group in prune.prune(model, settings(keep_layers=("sep1",))).groups
        for layer in group.layers
    }
    assert (kept["sep1"].kept, kept["sep1"].kept_because) == (12, "sep1: named in keep_layers")
    assert kept["entry"].kept == 4
    with user_error("keep_layers", "'sep9'"):
        prune.prune(model, settings(keep_layers=("sep9",)))


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("kind", ["LayerNormalization", "Permute", "Conv2D"])
def test_what_cannot_be_followed_is_kept_whole_or_refused_by_name(keras, kind):
    layers = compress_nets.library(keras).layers
    arguments = {
        "LayerNormalization": {},
        "Permute": {"dims": (1, 3, 2)},
        "Conv2D": {"filters": 8, "kernel_size": 3, "groups": 4},
    }
    odd = getattr(layers, kind)(name="odd", **arguments[kind])
    before, after = layers.Conv2D(8, 3, name="before"), layers.Conv2D(8, 3, name="after")
    model = keras_models.chain(keras, before, odd, after, shape=(32, 32, 3))
    result = prune.prune(model, CHANNELS)
    kept = {layer: g.kept for g in result.groups for layer in g.layers}
    assert (kept["before"], kept["after"]) == (8, 4)
    assert "odd" in next(g.kept_because for g in result.groups if "before" in g.layers)
    with user_error("odd", "unknown_layers"):
        prune.prune(model, settings(unknown_layers="refuse"))


def test_a_model_with_nothing_to_prune_is_refused_by_layer():
    layers = compress_nets.library("2").layers
    only, norm = layers.Conv2D(8, 3, name="only"), layers.LayerNormalization(name="norm")
    model = keras_models.chain("2", only, norm, shape=(8, 8, 3))
    with user_error("no channel", "only", "norm"):
        prune.prune(model, CHANNELS)


def test_a_hidden_graph_is_refused():
    keras = compress_nets.library("2")

    class Hidden(keras.Model):
        def call(self, x):
            return x

    with user_error("subclassed Hidden", "functional"):
        prune.prune(Hidden(), CHANNELS)


def test_a_layer_that_is_used_twice_is_pruned_once():
    keras = compress_nets.library("2")
    layers = keras.layers
    image = keras.Input((32, 32, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", name="entry")(image)
    twice = layers.Conv2D(8, 3, padding="same", name="twice")
    x = layers.Add(name="add")([twice(x), twice(twice(x))])
    model = keras.Model(
        image, layers.Dense(4, activation="softmax", name="scores")(layers.Flatten()(x))
    )
    result = prune.prune(model, CHANNELS)
    assert ("entry", "twice") in [group.layers for group in result.groups]
    assert result.model.get_layer("twice").kernel.shape == (3, 3, 4, 4)
    assert len(result.model.get_layer("twice")._inbound_nodes) == 3
