"""Loads a Keras 2, Keras 3 or SavedModel image classifier and checks that it is one."""

import contextlib
import dataclasses
import os
import pathlib
import resource
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, Literal

from model_press.formats.errors import UserError
from model_press.keras_io import model_format, saved_model_audit
from model_press.process import limits, memory
from model_press.process.tf_quiet import capture_stderr, keras, tensorflow, tf_keras

# What Keras may take to load a model, besides its weights a few times.
_LOADING_BYTES = 3 << 30


@dataclasses.dataclass(frozen=True)
class LoadedModel:
    """A classifier that is ready to call.

    call: takes a float32 tensor [N, H, W, 3], normalised as the model was trained, and returns the
      tensor [N, classes]; inference mode.
    model: the Keras object, or the SavedModel's root (which owns the variables).
    input_shape, output_shape: (None, H, W, 3) and (None, classes).
    """

    keras: Literal["2", "3", "saved_model"]
    call: Callable[[Any], Any]
    model: Any
    parameters: int
    input_name: str
    input_shape: tuple[int | None, ...]
    output_name: str
    output_shape: tuple[int | None, ...]

    @property
    def height(self) -> int:
        return _known(self.input_shape[1])

    @property
    def width(self) -> int:
        return _known(self.input_shape[2])

    @property
    def classes(self) -> int:
        return _known(self.output_shape[1])


def _known(size: int | None) -> int:
    assert size is not None, "load() refuses such a model"
    return size


@contextlib.contextmanager
def load(path: str | os.PathLike[str]) -> Iterator[LoadedModel]:
    """Load a model file or SavedModel directory for the length of a `with` block.

    Raises:
      UserError: see model_format.sniff; also a model that is not an image classifier with one
        input of static height and width and 3 channels and one output [N, classes].
    """
    form = model_format.sniff(path)
    with tempfile.TemporaryDirectory() as folder:
        if form.keras != "saved_model":
            loaded = _load_keras(path, form, folder)
        elif form.container == "saved_model_zip":
            model_format.unzip(path, pathlib.Path(folder))
            loaded = _load_saved_model(folder, str(path))
        else:
            loaded = _load_saved_model(str(path), str(path))
        _check(loaded, str(path))
        yield loaded


def compiled(loaded: LoadedModel) -> Callable[[Any], Any]:
    """Return `loaded.call` as one graph function, which is faster for many batches of one size."""
    tf = tensorflow()
    spec = tf.TensorSpec((loaded.input_shape[0], *loaded.input_shape[1:]), tf.float32)
    function: Callable[[Any], Any] = tf.function(
        loaded.call, input_signature=[spec], autograph=False
    )
    return function


def _load_keras(
    path: str | os.PathLike[str], form: model_format.Format, folder: str
) -> LoadedModel:
    library = keras() if form.keras == "3" else tf_keras()
    # Keras chooses its reader by the extension, we by the content.
    alias = os.path.join(folder, "model.keras" if form.container == "keras_zip" else "model.h5")
    os.symlink(os.path.abspath(path), alias)
    try:
        with capture_stderr(), _bounded_memory(os.path.getsize(path)):
            model = library.models.load_model(alias, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises a dozen types for what is always "cannot load this"
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"model {path} (Keras {form.version}) cannot be loaded: {reason:.300}; a layer that is not "
            "part of Keras needs an export as SavedModel"
        ) from error
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise UserError(f"model {path} has no fixed input shape; build it before saving")
    if len(inputs) != 1 or len(outputs) != 1:
        raise UserError(_many(path, len(inputs), len(outputs)))

    def call(images: Any) -> Any:
        return model(images, training=False)

    return LoadedModel(
        form.keras,
        call,
        model,
        model.count_params(),
        _name(inputs[0]),
        tuple(inputs[0].shape),
        _name(outputs[0]),
        tuple(outputs[0].shape),
    )


def _bounded_memory(size: int) -> contextlib.AbstractContextManager[None]:
    """Limit the memory for loading a file of `size` bytes, whose config may declare far larger weights."""
    try:
        used = memory.data_bytes()
    except OSError:  # no /proc: not Linux
        return contextlib.nullcontext()
    return limits.bounded(resource.RLIMIT_DATA, used + _LOADING_BYTES + 4 * size)


def _load_saved_model(folder: str, path: str) -> LoadedModel:
    tf = tensorflow()
    saved_model_audit.refuse_unsafe_operators(os.path.join(folder, "saved_model.pb"), path)
    try:
        with capture_stderr():
            root = tf.saved_model.load(folder)
    except Exception as error:  # TensorFlow raises what its readers raise
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"model {path} cannot be loaded as a SavedModel: {reason:.300}") from error
    signatures = dict(root.signatures)
    signature = signatures.get("serving_default") or next(iter(signatures.values()), None)
    if signature is None:
        raise UserError(f"model {path} has no serving signature; export it with model.export(...)")
    inputs = signature.structured_input_signature[1]
    outputs = signature.structured_outputs
    if len(inputs) != 1 or len(outputs) != 1:
        raise UserError(_many(path, len(inputs), len(outputs)))
    [(input_name, input_spec)] = inputs.items()
    [(output_name, output_spec)] = outputs.items()
    if not input_spec.dtype.is_floating:
        raise UserError(
            f"model {path}: input '{input_name}' takes {input_spec.dtype.name}; expected float32"
        )
    for what, spec in ((f"input '{input_name}'", input_spec), ("output", output_spec)):
        if spec.shape.rank is None:
            raise UserError(
                f"model {path}: {what} has an unknown shape; export it with a fixed one"
            )

    def call(images: Any) -> Any:
        return signature(**{input_name: images})[output_name]

    variables = {id(v): v for v in signature.variables}.values()
    return LoadedModel(
        "saved_model",
        call,
        root,
        sum(int(v.shape.num_elements()) for v in variables),
        input_name,
        tuple(input_spec.shape),
        output_name,
        tuple(output_spec.shape),
    )


def _name(tensor: Any) -> str:
    return str(tensor.name).split(":")[0]


def _many(path: str | os.PathLike[str], inputs: int, outputs: int) -> str:
    return (
        f"model {path} has {inputs} inputs and {outputs} outputs; expected an image classifier with "
        "one of each"
    )


def _check(loaded: LoadedModel, path: str) -> None:
    shape, name = loaded.input_shape, loaded.input_name
    if len(shape) != 4:
        raise UserError(
            f"model {path}: input '{name}' has shape {_show(shape)}; expected images [N, H, W, 3]"
        )
    if shape[3] != 3:
        hint = "; it is channels-first, export it channels-last" if shape[1] == 3 else ""
        raise UserError(
            f"model {path}: input '{name}' has shape {_show(shape)}; expected 3 channels, "
            f"[N, H, W, 3]{hint}"
        )
    if shape[1] is None or shape[2] is None:
        raise UserError(
            f"model {path}: input '{name}' has shape {_show(shape)} with dynamic height or width; "
            "rebuild it with a fixed input_shape=(H, W, 3)"
        )
    if shape[0] not in (None, 1):
        raise UserError(
            f"model {path}: input '{name}' has the fixed batch size {shape[0]}; apps run one image at "
            "a time, rebuild it with a free batch size"
        )
    output = loaded.output_shape
    if len(output) != 2 or output[1] is None or output[1] < 2:
        raise UserError(
            f"model {path}: output '{loaded.output_name}' has shape {_show(output)}; expected class "
            "scores [N, classes] with at least 2 classes"
        )


def _show(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"
