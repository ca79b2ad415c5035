"""Each criterion ranks last what a network does not need, and says what it lacks."""

import numpy as np
import pytest
from testing import compress_nets
from testing.raises import user_error

from model_press.compress.channels import channel_groups, channel_reader, importance
from model_press.keras_io import graph as keras_graph

INPUTS = compress_nets.images(8)


def scores(model, criterion, inputs=INPUTS, targets=None):
    """Scores of the channels that layer `entry` makes."""
    graph = keras_graph.trace(model)
    channel_graph = channel_reader.read(graph)
    coupling = channel_groups.find(channel_graph)
    channels = [
        channel for channel, producer in enumerate(channel_graph.producers) if producer == "entry"
    ]
    values = importance.score(criterion, model, graph, coupling, inputs, targets)
    return values[coupling.set_of[channels]]


def weaken(model, channel, factor):
    """Multiplies a channel's filter and its batch normalisation's gamma and beta."""
    entry, norm = model.get_layer("entry"), model.get_layer("entry_bn")
    kernel, *rest = entry.get_weights()
    kernel[..., channel] *= factor
    entry.set_weights([kernel, *rest])
    gamma, beta, *rest = norm.get_weights()
    gamma[channel] *= factor
    beta[channel] *= factor
    norm.set_weights([gamma, beta, *rest])


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("criterion", importance.CRITERIA)
def test_a_weakened_channel_ranks_last(criterion, keras):
    model = compress_nets.build("xception", keras)
    weaken(model, 3, 0.01)
    assert scores(model, criterion).argmin() == 3


def test_activation_and_gradient_see_what_the_takers_ignore():
    """The filter is strong, but nothing that takes it gives it any weight: l1 alone is fooled."""
    model = compress_nets.build("xception", "2")
    sep1, shortcut = model.get_layer("sep1"), model.get_layer("shortcut")
    depthwise, pointwise = sep1.get_weights()
    pointwise[:, :, 3] *= 0.001
    sep1.set_weights([depthwise, pointwise])
    (kernel,) = shortcut.get_weights()
    kernel[:, :, 3] *= 0.001
    shortcut.set_weights([kernel])
    assert scores(model, "activation").argmin() == 3
    assert scores(model, "gradient").argmin() == 3
    assert scores(model, "l1").argmin() != 3


def test_the_gradient_criterion_predicts_the_loss_of_removal():
    """A first-order estimate: for a weak gate the change of the loss is its square root."""
    model = compress_nets.build("xception", "2")
    targets = np.arange(8) % 10
    weaken(model, 3, 0.02)
    predicted = np.sqrt(scores(model, "gradient", INPUTS, targets)[3])

    def loss():
        outputs = compress_nets.run(model, INPUTS)
        return -np.log(outputs[np.arange(8), targets]).mean()

    before = loss()
    weaken(model, 3, 0)
    assert predicted == pytest.approx(abs(loss() - before), rel=0.1)


def test_what_a_criterion_lacks_is_said():
    model = compress_nets.build("resnet", "2")
    with user_error("bn_scale", "a_conv1", "'l1'"):
        scores(model, "bn_scale")
    with user_error("'gradient' needs images"):
        scores(model, "gradient", None)
