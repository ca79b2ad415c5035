"""Refuses Keras configs whose layers and functions are not on the allow lists.

Keras would import any module that a config names and run what it finds there.
"""

import builtins
import re
from typing import Any

from model_press.formats.errors import UserError

_CURE = "replace it by a Keras layer, or export the model as a SavedModel"
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


def refuse_unsafe_layers(config: object, path: str) -> None:
    """Raise UserError if a layer runs code of the file, writes or reads other files, or is not Keras' own."""
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
            f"model {path}: layer '{name}' calls tf.{settings.get('function')}, which is not a function of tensors "
            f"only; {_CURE}"
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
    """Refuse a module outside Keras: Keras 2 would import any module that a config names."""
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
