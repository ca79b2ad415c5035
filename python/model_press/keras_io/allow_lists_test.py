"""Which layers and functions of a Keras config are refused."""

import pytest
from testing.raises import user_error

from model_press.keras_io import allow_lists


def _node(module):
    return {"module": module, "class_name": "Constant", "config": {}, "registered_name": "Constant"}


def test_classes_that_are_not_keras_are_refused_by_name():
    with user_error("the class Constant", "not part of Keras"):
        allow_lists.refuse_unsafe_layers({"layers": [_node("flowers.layers")]}, "net.keras")
    with user_error("not part of Keras"):
        allow_lists.refuse_unsafe_layers([_node("tensorflow.python.lib.io")], "net.keras")


def test_tensorflows_initialisers_are_known():
    # As EfficientNetV2 of Keras 2 names them.
    allow_lists.refuse_unsafe_layers([_node("tensorflow.python.ops.init_ops_v2")], "net.keras")


def _layer(kind, **config):
    return {"class_name": kind, "config": {"name": "evil", **config}}


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        # What Keras 2 would execute while it loads an .h5: marshalled code under another name than Lambda.
        (_layer("ResidualWrapper", residual_fn=["4wE"], residual_fn_type="lambda"), "has a lambda"),
        (_layer("TFOpLambda", function="io.write_file"), "calls tf.io.write_file"),
        (_layer("TFOpLambda", function="compat.v1.py_func"), "calls tf.compat.v1.py_func"),
        (_layer("TFOpLambda", function="raw_ops.WriteFile"), "calls tf.raw_ops.WriteFile"),
        (_layer("TFOpLambda"), "calls tf.None"),
        (_layer("TensorFlowOpLayer", node_def={"op": "WriteFile"}), "operator WriteFile"),
        (_layer("TensorFlowOpLayer", node_def="\n\x01x\x12\tWriteFile"), "operator None"),
        (
            _layer("InstanceMethod", attr_name="tofile"),
            "class InstanceMethod, which calls any method",
        ),
        (_layer("TFSMLayer", filepath="/tmp/other"), "class TFSMLayer, which runs another model"),
        (
            _layer("TorchModuleWrapper", module="gASV"),
            "class TorchModuleWrapper, which runs Python",
        ),
        (_layer("StringLookup", vocabulary="/etc/passwd"), "would read the file /etc/passwd"),
        # Without the registered name, which Keras does not need.
        ({**_layer("X"), "module": "antigravity"}, "class X, which is not part of Keras"),
        ({**_layer("os.system"), "module": "tf_keras.src.saving.saving_lib"}, "class os.system"),
        ({"class_name": "Y", "config": {}, "registered_name": "Lambda"}, "class Lambda"),
    ],
)
def test_layers_that_reach_out_of_the_model_are_refused(layer, said):
    with user_error("m.h5", said):
        allow_lists.refuse_unsafe_layers({"config": {"layers": [layer]}}, "m.h5")


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("os", "system"),
        ("builtins", "exec"),
        ("tf_keras.src.saving.saving_lib", "os.system"),
        ("keras.activations", "os.system"),
        ("keras.utils", "get_file"),
        ("keras", "Sequential"),
    ],
)
def test_functions_that_are_not_keras_are_refused_by_name(module, function):
    node = {"class_name": "function", "module": module, "config": function}
    for named in ({}, {"registered_name": "function"}):
        with user_error(f"names the function {function} of {module}, which is not part of Keras"):
            allow_lists.refuse_unsafe_layers({"activation": {**node, **named}}, "m.keras")


def test_a_model_inside_is_compiled_and_so_looked_at():
    loss = {"compile_config": {"loss": {"class_name": "function", "module": "os", "config": "x"}}}
    allow_lists.refuse_unsafe_layers({"class_name": "Functional", **loss}, "m.keras")
    with user_error("the function x of os"):
        allow_lists.refuse_unsafe_layers({"layers": [{"class_name": "Model", **loss}]}, "m.keras")


@pytest.mark.parametrize(
    "node",
    [
        _layer("TFOpLambda", function="math.multiply"),
        _layer("TFOpLambda", function="__operators__.add"),
        _layer("TFOpLambda", function="compat.v1.transpose"),
        _layer("TFOpLambda", function="compat.v1.nn.conv2d"),
        _layer("TFOpLambda", function="keras.backend.mean"),
        _layer("TFOpLambda", function="image.resize"),
        _layer("TensorFlowOpLayer", node_def={"op": "AddV2"}),
        {"class_name": "function", "module": "builtins", "config": "relu6"},
        {"class_name": "function", "module": "keras.activations", "config": "gelu"},
        {**_layer("Functional"), "module": "keras.src.models.functional"},
    ],
)
def test_what_models_have_is_accepted(node):
    allow_lists.refuse_unsafe_layers({"layers": [node]}, "m.keras")
