"""The channel dependency graph of a network: which layer produces, passes on or consumes each channel.

Every channel of every tensor has a number. A layer that produces channels adds numbers; a layer that
works on each channel separately passes them on; an addition couples the channels that it adds. Each
channel axis of each weight is labelled with its channel numbers, so that weight slices can be derived
without layer-specific code.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

Role = Literal["produces", "consumes", "pointwise"]


@dataclasses.dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a weight whose positions are channels.

    axis: its number. channels: int array, one channel number per position.
    role: the weight "produces" these channels (a kernel's filters), "consumes" them (a kernel's inputs), or
      is "pointwise" (a bias, batch normalisation, a depthwise kernel: one part per channel).
    """

    axis: int
    channels: np.ndarray
    role: Role


@dataclasses.dataclass(frozen=True, eq=False)
class Weight:
    """A weight with its channel axes.

    index: position in layer.weights. uses: how often each element is multiplied for one image, over all
      calls of the layer (0 for weights that are not multiplied).
    """

    layer: Any
    index: int
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    uses: int


@dataclasses.dataclass(frozen=True, eq=False)
class Size:
    """A number in a layer's configuration that counts channels: `filters`, `units`, a target shape."""

    layer: Any
    field: str
    channels: np.ndarray
    build: Any = staticmethod(lambda count: count)


@dataclasses.dataclass(frozen=True)
class Kept:
    """Channels that cannot be pruned: the layer that needs them, and the reason."""

    channels: np.ndarray
    layer: str
    reason: str


@dataclasses.dataclass(eq=False)
class ChannelGraph:
    """All channels of a network.

    producers: the name of the layer that produces each channel. tensors: channel numbers by tensor.
    couplings: pairs of channel arrays of equal length whose channels stay or leave together.
    unknown: (layer, reason) of each layer that channels could not be followed through.
    """

    producers: list[str] = dataclasses.field(default_factory=list)
    tensors: dict[int, np.ndarray] = dataclasses.field(default_factory=dict)
    couplings: list[tuple[np.ndarray, np.ndarray]] = dataclasses.field(default_factory=list)
    weights: list[Weight] = dataclasses.field(default_factory=list)
    sizes: list[Size] = dataclasses.field(default_factory=list)
    kept: list[Kept] = dataclasses.field(default_factory=list)
    unknown: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def produce(self, count: int, layer: str) -> np.ndarray:
        """Add `count` channels that a layer produces and return their numbers."""
        first = len(self.producers)
        self.producers += [layer] * count
        return np.arange(first, first + count)

    def couple(self, a: np.ndarray, b: np.ndarray) -> None:
        """Couple the channels of two arrays pair by pair."""
        if a is not b:
            self.couplings.append((a, b))

    def keep(self, channels: np.ndarray, layer: str, reason: str) -> None:
        """Mark channels that cannot be pruned."""
        if len(channels):
            self.kept.append(Kept(channels, layer, reason))
