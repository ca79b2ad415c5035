"""A Keras functional model, of either generation, as a list of layer calls that can be replayed.

Nested models are laid open: their layers stand in the list like all others.
"""

import collections
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import keras, tensorflow, tf_keras


@dataclasses.dataclass(frozen=True)
class Ref:
    """A reference to a tensor among a call's arguments."""

    tensor: int


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer (or of a Keras 3 operation, which has no weights).

    args, kwargs: as the layer was called, each tensor replaced by a Ref.
    inputs: numbers of the tensors among them, in order. outputs: numbers of the results.
    """

    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def arguments(self, values: Mapping[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return (args, kwargs) with the value of each tensor in its place."""

        def value(item: Any) -> Any:
            return values[item.tensor] if isinstance(item, Ref) else item

        args, kwargs = tensorflow().nest.map_structure(value, (self.args, self.kwargs))
        return args, kwargs


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """keras: "2" or "3". calls: in an order in which each tensor is made before it is used.

    shapes: of each tensor, without the batch size. input, output: numbers of the model's two ends.
    """

    keras: str
    name: str
    calls: tuple[Call, ...]
    shapes: tuple[tuple[int | None, ...], ...]
    input: int
    output: int

    @property
    def library(self) -> Any:
        """The keras module that the layers belong to."""
        return tf_keras() if self.keras == "2" else keras()

    def layers(self) -> list[Any]:
        """Return each layer once, in the order of its first call."""
        return list({id(call.layer): call.layer for call in self.calls}.values())

    def readers(self) -> dict[int, list[Call]]:
        """Return the calls that read each tensor, an empty list for those that nothing reads."""
        readers: dict[int, list[Call]] = collections.defaultdict(list)
        for call in self.calls:
            for number in call.inputs:
                readers[number].append(call)
        return readers


def trace(model: Any, what: str = "the model") -> Graph:
    """Read the graph of a functional or Sequential model with one input and one output.

    Raises:
      UserError: a subclassed model, whose graph is hidden in its code, or several inputs or outputs.
    """
    if not hasattr(model, "layers"):
        raise UserError(f"{what} is a {type(model).__name__}; expected a whole Keras model")
    tracer = _Tracer("2" if is_keras_2(model) else "3")
    inner = tracer.functional(model)
    if inner is None:
        raise UserError(
            f"{what} is a subclassed {type(model).__name__}: its graph is hidden in its code; rebuild it "
            "with the functional API (keras.Model(inputs, outputs))"
        )
    if len(inner.inputs) != 1 or len(inner.outputs) != 1:
        raise UserError(
            f"{what} has {len(inner.inputs)} inputs and {len(inner.outputs)} outputs; expected one of each"
        )
    tracer.walk(inner, None)
    return Graph(
        tracer.keras,
        model.name,
        tuple(tracer.calls),
        tuple(tracer.shapes),
        tracer.number(inner.inputs[0]),
        tracer.number(inner.outputs[0]),
    )


def is_keras_2(layer: Any) -> bool:
    """Return whether a model or layer is tf_keras'; Keras 3 otherwise."""
    return any(base.__module__.startswith("tf_keras") for base in type(layer).__mro__)


def unique_names(graph: Graph) -> dict[int, str]:
    """Return a name for each layer by id(); two nested models may both have a `conv1`."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for layer in graph.layers():
        name, number = layer.name, 1
        while name in taken:
            name, number = f"{layer.name}_{number}", number + 1
        taken.add(name)
        names[id(layer)] = name
    return names


def rebuild(graph: Graph, changes: Callable[[Any], dict[str, Any]]) -> tuple[Any, dict[int, Any]]:
    """Build a model by calling copies of all layers as the old ones were called.

    Args:
      graph: the graph to repeat.
      changes: from a layer to the fields of its configuration that differ.
    Returns:
      The model, with freshly initialised weights, and its layers by the id() of the old ones.
    """
    library, names = graph.library, unique_names(graph)
    copies: dict[int, Any] = {}
    values: dict[int, Any] = {}
    for call in graph.calls:
        layer = call.layer
        if not call.inputs:
            number = call.outputs[0]
            values[number] = library.Input(graph.shapes[number], name=layer.name)
            continue
        if id(layer) not in copies:
            copies[id(layer)] = _copy(layer, names[id(layer)], changes(layer))
        args, kwargs = call.arguments(values)
        results = copies[id(layer)](*args, **kwargs)
        values.update(zip(call.outputs, tensorflow().nest.flatten(results), strict=True))
    return library.Model(values[graph.input], values[graph.output], name=graph.name), copies


def _copy(layer: Any, name: str, changes: dict[str, Any]) -> Any:
    """Return a new layer with the same configuration apart from `changes`; an operation without one is shared."""
    if not hasattr(layer, "from_config") or not hasattr(layer, "weights"):
        return layer
    return type(layer).from_config({**layer.get_config(), **changes, "name": name})


def clone(model: Any) -> Any:
    """Return a copy of a model with weights of its own."""
    graph = trace(model)
    copy, layers = rebuild(graph, lambda _: {})
    for layer in graph.layers():
        if getattr(layer, "weights", None):
            layers[id(layer)].set_weights(layer.get_weights())
    return copy


class _Tracer:
    def __init__(self, generation: str):
        self.keras = generation
        self.calls: list[Call] = []
        self.shapes: list[tuple[int | None, ...]] = []
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._nest = tensorflow().nest

    def functional(self, model: Any) -> Any | None:
        """Return the model whose nodes form the graph, or None if it has no visible graph."""
        library = tf_keras() if self.keras == "2" else keras()
        if not isinstance(model, library.Model):
            return None
        if self.keras == "3" and isinstance(model, library.Sequential):
            model = model._functional
        return model if getattr(model, "_nodes_by_depth", None) else None

    @staticmethod
    def _key(tensor: Any) -> tuple[Any, ...]:
        layer, node, index = tensor._keras_history[:3]
        return id(layer), node, index

    def number(self, tensor: Any) -> int:
        return self._numbers[self._key(tensor)]

    def _new(self, tensor: Any) -> int:
        self._numbers[self._key(tensor)] = len(self.shapes)
        self.shapes.append(tuple(tensor.shape)[1:])
        return len(self.shapes) - 1

    def walk(self, model: Any, outer_input: int | None) -> None:
        """Append the calls of a functional model; `outer_input` is the tensor that replaces its input."""
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                self._visit(node, model, outer_input)

    def _visit(self, node: Any, model: Any, outer_input: int | None) -> None:
        layer = node.layer if self.keras == "2" else node.operation
        if self.keras == "2":
            args, kwargs = node.call_args, node.call_kwargs
        else:
            args, kwargs = node.arguments.args, node.arguments.kwargs
        outputs = self._nest.flatten(node.outputs)
        tensors = [t for t in self._nest.flatten((args, kwargs)) if hasattr(t, "_keras_history")]
        if not tensors:
            if outer_input is None:
                self.calls.append(Call(layer, (), {}, (), (self._new(outputs[0]),)))
            else:
                self._numbers[self._key(outputs[0])] = outer_input
            return
        inputs = tuple(self.number(t) for t in tensors)
        inner = self.functional(layer)
        if inner is not None and len(inner.inputs) == len(inner.outputs) == len(tensors) == 1:
            # The inner tensors are other ones for each call of a nested model.
            outer, self._numbers = self._numbers, {}
            self.walk(inner, inputs[0])
            result = self.number(inner.outputs[0])
            self._numbers = outer
            self._numbers[self._key(outputs[0])] = result
            return

        def replace(item: Any) -> Any:
            return Ref(self.number(item)) if hasattr(item, "_keras_history") else item

        args, kwargs = self._nest.map_structure(replace, (tuple(args), dict(kwargs)))
        self.calls.append(Call(layer, args, kwargs, inputs, tuple(self._new(t) for t in outputs)))
