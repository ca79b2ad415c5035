"""Finds out what a model file is by its content, and refuses what cannot be read safely.

Nothing here imports TensorFlow. Model files are untrusted: archive members, sizes and layer
classes are checked before Keras sees them.
"""

import builtins
import dataclasses
import json
import os
import pathlib
import re
import shutil
import zipfile
import zlib
from typing import Any, Literal

import h5py

from model_press.formats import files
from model_press.formats.errors import UserError

MAX_UNPACKED_BYTES = 8 << 30
MAX_CONFIG_BYTES = 32 << 20
# Weights hardly compress; what unpacks to a hundred times the archive is a bomb, unless it is small anyhow.
_MOST_EXPANSION = 100
_SMALL_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
_ZIP_MAGIC = b"PK\x03\x04"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_EXPECTED = "expected a .keras, .h5 or SavedModel image classifier of Keras 2 or 3"
# Layers of Keras that run what a file holds or names.
_RUNS_CODE = "runs Python code stored in the file"
_UNSAFE_CLASSES = {
    "ClassMethod": "calls any method of TensorFlow",
    "FlaxLayer": _RUNS_CODE,
    "InstanceMethod": "calls any method",
    "JaxLayer": _RUNS_CODE,
    "Lambda": _RUNS_CODE,
    "TFSMLayer": "runs another model of this machine",
    "TorchModuleWrapper": _RUNS_CODE,
    "__lambda__": _RUNS_CODE,
}
_KERAS_MODULES = ("keras", "tf_keras", "builtins")
# Where Keras' functions are that a config may name; its other modules write files or load further ones.
_FUNCTION_MODULES = (
    "activations",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "ops",
    "regularizers",
)
# TensorFlow's functions on tensors: what a TFOpLambda layer calls. It would call tf.io.write_file as well.
_TENSOR_FUNCTION = re.compile(
    r"(compat\.v1\.)?"
    r"((math|nn|image|linalg|random|signal|bitwise|quantization|__operators__|keras\.activations)(\.\w+)+|"
    r"keras\.backend\.(?!set_|clear_|manual_)\w+|"
    r"abs|acos|acosh|add|add_n|argmax|argmin|argsort|asin|asinh|atan|atan2|atanh|batch_to_space|boolean_mask|"
    r"broadcast_to|cast|clip_by_\w+|complex|concat|constant|convert_to_tensor|cos|cosh|cumsum|debugging\.check_numerics|"
    r"divide|edit_distance|einsum|ensure_shape|equal|exp|expand_dims|eye|fill|floor|gather|gather_nd|greater|"
    r"greater_equal|identity|less|less_equal|logical_\w+|matmul|maximum|meshgrid|minimum|multiply|negative|norm|"
    r"not_equal|one_hot|ones|ones_like|pad|pow|range|rank|realdiv|reduce_\w+|repeat|reshape|reverse|roll|round|"
    r"saturate_cast|scatter_nd|shape|sigmoid|sign|sin|sinh|size|slice|sort|space_to_batch|space_to_batch_nd|split|sqrt|"
    r"square|squeeze|stack|stop_gradient|strided_slice|subtract|tan|tanh|tensor_scatter_nd_\w+|tensordot|tile|"
    r"transpose|truediv|truncatediv|unstack|where|zeros|zeros_like)"
)
# The same of a TensorFlowOpLayer, which files of TensorFlow 2.3 and older have.
_TENSOR_OPERATOR = re.compile(
    r"Abs|Add|AddN|AddV2|ArgMax|ArgMin|AvgPool|BatchMatMulV2|BiasAdd|Cast|ClipByValue|ConcatV2|Const|"
    r"Conv2D|Cos|DepthToSpace|DepthwiseConv2dNative|Div|Elu|Equal|Erf|Exp|ExpandDims|Fill|Floor|"
    r"FusedBatchNormV3|GatherV2|Greater|GreaterEqual|Identity|LeakyRelu|Less|LessEqual|Log|LogSoftmax|"
    r"MatMul|Max|MaxPool|Maximum|Mean|Min|Minimum|MirrorPad|Mul|Neg|NotEqual|OneHot|Pack|Pad|PadV2|Pow|"
    r"Prod|RealDiv|Relu|Relu6|Reshape|ResizeBilinear|ResizeNearestNeighbor|ReverseV2|Round|Rsqrt|SelectV2|"
    r"Selu|Shape|Sigmoid|Sin|Slice|Softmax|Softplus|SpaceToDepth|Split|SplitV|Sqrt|Square|"
    r"SquaredDifference|Squeeze|StridedSlice|Sub|Sum|Tanh|Tile|TopKV2|Transpose|Unpack"
)
# Initialisers that Keras 2 takes from TensorFlow: EfficientNetV2 names them, and they are not used in loading.
_INITIALIZERS = "tensorflow.python.ops.init_ops"

# What zipfile and json raise on a damaged archive; NotImplementedError for a compression that it does not know.
_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    ValueError,
    zlib.error,
)

Container = Literal["keras_zip", "hdf5", "saved_model_zip", "saved_model_dir"]


@dataclasses.dataclass(frozen=True)
class Format:
    """container: how it is stored. keras: "2", "3" or "saved_model". version: as the file says, or ""."""

    container: Container
    keras: Literal["2", "3", "saved_model"]
    version: str


def sniff(path: str | os.PathLike[str]) -> Format:
    """Returns the format of a model file or SavedModel directory.

    Raises:
      UserError: missing, Git LFS pointer, truncated, weights only, unsafe, or of no known format.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        return _sniff_directory(path)
    files.require_file(path, "model")
    with open(path, "rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP_MAGIC):
        return _sniff_zip(path)
    if head == _HDF5_MAGIC:
        return _sniff_hdf5(path)
    if head[4:8] == b"TFL3":
        raise UserError(f"model {path} is a TFLite file already; {_EXPECTED}")
    raise UserError(f"model {path} is of no known format (it starts with {head!r}); {_EXPECTED}")


def is_zip(path: pathlib.Path) -> bool:
    """True if a file begins as an archive does."""
    with open(path, "rb") as file:
        return file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC


def _sniff_directory(path: pathlib.Path) -> Format:
    if not (path / "saved_model.pb").is_file():
        raise UserError(f"model directory {path} has no saved_model.pb; {_EXPECTED}")
    for file in sorted(path.rglob("*")):
        if file.is_file() and files.is_lfs_pointer(file):
            raise UserError(f"model {file} is a Git LFS pointer, not the file; run: git lfs pull")
    return Format("saved_model_dir", "saved_model", "")


def _sniff_zip(path: pathlib.Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive, str(path))
            names = set(archive.namelist())
            if "saved_model.pb" in names:
                return Format("saved_model_zip", "saved_model", "")
            if not {"metadata.json", "config.json", "model.weights.h5"} <= names:
                raise UserError(f"model {path} is a zip archive, but not of Keras; {_EXPECTED}")
            metadata = _read_config(archive, "metadata.json")
            config = _read_config(archive, "config.json")
            with archive.open("model.weights.h5") as weights:
                while weights.read(
                    _CHUNK_BYTES
                ):  # reads every byte, so that its checksum is tested
                    pass
    except _DAMAGED_ZIP as error:
        raise UserError(
            f"model {path} is truncated or corrupt ({error}); fetch or export it again"
        ) from error
    version = str(metadata.get("keras_version", "")) if isinstance(metadata, dict) else ""
    refuse_unsafe_layers(config, str(path))
    return Format("keras_zip", _generation(version, path), version)


def _read_config(archive: zipfile.ZipFile, name: str) -> object:
    size = archive.getinfo(name).file_size
    if size > MAX_CONFIG_BYTES:
        raise ValueError(f"{name} unpacks to {size} bytes, at most {MAX_CONFIG_BYTES}")
    return json.loads(archive.read(name))


def _sniff_hdf5(path: pathlib.Path) -> Format:
    try:
        with h5py.File(path, "r") as file:
            config = file.attrs.get("model_config")
            version = _text(file.attrs.get("keras_version", ""))
            if config is None:
                raise UserError(
                    f"model {path} holds weights only; save the whole model with model.save(...)"
                )
            if len(config) > MAX_CONFIG_BYTES:
                raise ValueError(f"its config has {len(config)} bytes, at most {MAX_CONFIG_BYTES}")
            config = json.loads(_text(config))
    except (OSError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"model {path} is truncated or corrupt ({error}); fetch or export it again"
        ) from error
    refuse_unsafe_layers(config, str(path))
    return Format("hdf5", _generation(version, path), version)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _generation(version: str, path: pathlib.Path) -> Literal["2", "3"]:
    major = version.split(".")[0]
    if major == "3":
        return "3"
    if major in ("2", "1"):
        return "2"
    raise UserError(f"model {path} was saved by Keras '{version}'; Keras 2 and 3 are supported")


def refuse_unsafe_layers(config: object, path: str) -> None:
    """Raises UserError if a layer runs code of the file, writes or reads other files, or is not Keras' own."""
    if isinstance(config, dict):
        # Losses and metrics of the whole, which are not loaded; those of a model inside are.
        config = {key: value for key, value in config.items() if key != "compile_config"}
    stack = [config]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            _refuse_unsafe_layer(node, path)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


_CURE = "replace it by a Keras layer, or export the model as a SavedModel"


def _refuse_unsafe_layer(node: dict[str, Any], path: str) -> None:
    kind, inner = node.get("class_name"), node.get("config")
    settings = inner if isinstance(inner, dict) else {}
    name = settings.get("name", "")
    for known in (kind, node.get("registered_name")):
        unsafe = _UNSAFE_CLASSES.get(known) if isinstance(known, str) else None
        if unsafe:
            shown = str(known).strip("_")
            shown = shown[0].upper() + shown[1:]
            raise UserError(
                f"model {path}: layer '{name}' has the class {shown}, which {unsafe}; {_CURE}"
            )
    for key, value in node.items():
        # ResidualWrapper and its kin of Keras 2 say so of any of their functions.
        if value == "lambda" and key.endswith("_type"):
            raise UserError(
                f"model {path}: layer '{node.get('name', name)}' has a lambda ({key}), which {_RUNS_CODE}; {_CURE}"
            )
    if kind == "TFOpLambda" and not _TENSOR_FUNCTION.fullmatch(str(settings.get("function"))):
        raise UserError(
            f"model {path}: layer '{name}' calls tf.{settings.get('function')}, which is no function of tensors alone; "
            f"{_CURE}"
        )
    if kind == "TensorFlowOpLayer":
        definition = settings.get("node_def")
        operator = definition.get("op") if isinstance(definition, dict) else None
        if not _TENSOR_OPERATOR.fullmatch(str(operator)):
            raise UserError(
                f"model {path}: layer '{name}' has TensorFlow's operator {operator}, expected one of tensors alone; "
                f"{_CURE}"
            )
    if isinstance(settings.get("vocabulary"), str):
        raise UserError(
            f"model {path}: layer '{name}' would read the file {settings['vocabulary']}; build it with the words "
            "themselves"
        )
    if kind and "module" in node:
        _refuse_unknown_module(node, name, path)


def _refuse_unknown_module(node: dict[str, Any], name: object, path: str) -> None:
    """Keras 2 would import any module that a config names, and take anything from it."""
    kind, module = str(node["class_name"]), str(node["module"])
    parts = module.split(".")
    if kind == "function":
        function = node.get("config")
        known = isinstance(function, str) and function.isidentifier()
        if parts == ["builtins"]:
            # Python's own, where Keras has none of that name.
            known = known and not hasattr(builtins, str(function))
        else:
            known = (
                known
                and parts[0] in _KERAS_MODULES
                and parts[1:2] != []
                and parts[1] in _FUNCTION_MODULES
            )
        if not known:
            raise UserError(
                f"model {path}: it names the function {function} of {module}, which is not part of Keras; {_CURE}"
            )
    elif "." in kind or (parts[0] not in _KERAS_MODULES and not module.startswith(_INITIALIZERS)):
        raise UserError(
            f"model {path}: layer '{name}' has the class {kind}, which is not part of Keras; {_CURE}"
        )


def check_members(archive: zipfile.ZipFile, path: str) -> None:
    """Raises UserError if a member would leave the folder, is a link, or the whole is too large."""
    total = 0
    for member in archive.infolist():
        parts = pathlib.PurePosixPath(member.filename)
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        faults = {
            "no name": not member.filename,
            "a path out of the archive's folder": parts.is_absolute() or ".." in parts.parts,
            "a backslash in its name": "\\" in member.filename,
            "a link": is_link,
        }
        for fault in (fault for fault, found in faults.items() if found):
            raise UserError(
                f"model {path}: unsafe archive member '{member.filename}', {fault}; export the model again, as plain "
                "files"
            )
        total += member.file_size
    size = os.path.getsize(str(archive.filename))
    most = min(MAX_UNPACKED_BYTES, _SMALL_BYTES + _MOST_EXPANSION * size)
    if total > most:
        raise UserError(
            f"model {path} unpacks to {total} bytes; at most {most}, as it has {size}; export it again"
        )


def unzip(path: str | os.PathLike[str], target: pathlib.Path) -> None:
    """Unpacks an archive into an existing folder.

    Raises:
      UserError: it is damaged or unsafe.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive, str(path))
            archive.extractall(target)
    except _DAMAGED_ZIP as error:
        reason = str(error) or type(error).__name__
        raise UserError(
            f"model {path} is truncated or corrupt ({reason}); build or fetch it again"
        ) from error


def zip_directory(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Writes a zip of a folder whose bytes depend on names and contents only: sorted, stored, dated 1980."""
    path = pathlib.Path(path)
    with files.AtomicWriter(out) as target, zipfile.ZipFile(target, "w") as archive:
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            name = file.relative_to(path).as_posix()
            # fingerprint.pb holds random numbers and is not needed to load the model.
            if name == "fingerprint.pb":
                continue
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.file_size = file.stat().st_size  # decides whether the header is a 64-bit one
            with open(file, "rb") as reader, archive.open(member, "w") as writer:
                shutil.copyfileobj(reader, writer, _CHUNK_BYTES)
