"""Analysis tests of the Core ML rules: outputs, providers and the line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//models:defs.bzl", "camera_parity_test", "camera_variant", "coreml_variant", "evaluation", "image_set", "keras_model", "runtime_test", "tflite_variant")
load("//models:providers.bzl", "EvaluationInfo", "VariantInfo")
load("//models/private:shipped.bzl", "coreml_recipe_error")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _actions(env, mnemonic):
    return [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]

def _coreml_variant_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    expected = ["coreml_net_coreml_int8.manifest.json", "coreml_net_coreml_int8.mlpackage", "coreml_net_coreml_int8.mlpackage.zip"]
    asserts.equals(env, expected, names)
    variant = target[VariantInfo]
    asserts.equals(env, "mlpackage", variant.format)
    asserts.false(env, variant.camera_input)
    asserts.equals(env, "coreml_net_coreml_int8", variant.name)
    asserts.equals(env, "int8", variant.recipe_name)
    asserts.true(env, variant.model.is_directory, "the package is a tree artifact")
    asserts.equals(env, "coreml_net.labels.txt", variant.labels.basename)
    for group in ["archive", "labels", "manifest", "model"]:
        asserts.equals(env, 1, len(getattr(target[OutputGroupInfo], group).to_list()))
    converts = _actions(env, "CoremlConvert")
    asserts.equals(env, 1, len(converts))
    inputs = [file.basename for file in converts[0].inputs.to_list()]
    asserts.true(env, "int8.json" in inputs, "the recipe is an input")
    asserts.false(env, "fp32.json" in inputs, "another recipe's edit must not re-run this conversion")
    return analysistest.end(env)

_coreml_variant_test = analysistest.make(_coreml_variant_impl)

def _coreml_evaluation_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[EvaluationInfo]
    asserts.equals(env, "coreml_net_coreml_int8", info.subject)
    asserts.equals(env, "coreml_net_coreml_int8.manifest.json", info.manifest.basename)
    asserts.equals(env, 1, len(_actions(env, "CoremlPredict")))
    asserts.equals(env, 0, len(_actions(env, "TflitePredict")))
    return analysistest.end(env)

_coreml_evaluation_test = analysistest.make(_coreml_evaluation_impl)

def _coreml_camera_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    expected = ["coreml_net_coreml_camera.manifest.json", "coreml_net_coreml_camera.mlpackage", "coreml_net_coreml_camera.mlpackage.zip"]
    asserts.equals(env, expected, names)
    asserts.equals(env, "coreml_net_coreml_int8", target[VariantInfo].plain.name)
    asserts.equals(env, "mlpackage", target[VariantInfo].format)
    asserts.true(env, target[VariantInfo].camera_input)
    inputs = [file.basename for file in _actions(env, "CoremlCamera")[0].inputs.to_list()]
    asserts.true(env, "coreml_net_coreml_int8.mlpackage" in inputs, "a finished package is what it is made from")
    asserts.false(env, "coreml_net.model" in inputs, "the Keras model is not converted again")
    return analysistest.end(env)

_coreml_camera_test = analysistest.make(_coreml_camera_impl)

def _unknown_coreml_recipe_impl(ctx):
    env = unittest.begin(ctx)
    asserts.true(env, coreml_recipe_error("//a:b", "int9").startswith(
        "//a:b: recipe is \"int9\", expected one of fp16, fp32, int8, ",
    ))
    asserts.equals(env, None, coreml_recipe_error("//a:b", "palette6"))
    asserts.equals(env, None, coreml_recipe_error("//a:b", ":mine"))
    return unittest.end(env)

unknown_coreml_recipe_test = unittest.make(_unknown_coreml_recipe_impl)

def _bad_targets():
    """Targets with one mistake each, and the message behind their label."""
    tags = ["manual"]
    camera_variant(name = "coreml_half_a_picture", variant = ":coreml_int8", width = 48, tags = tags)
    camera_variant(name = "coreml_planes", color_order = "NV21", variant = ":coreml_int8", tags = tags)
    tflite_variant(name = "tflite_by_coreml_recipe", model = ":coreml_net", recipe = "//models/coreml_recipes:int8", tags = tags)
    runtime_test(name = "coreml_runtime", variants = [":coreml_int8"], tags = tags)
    camera_parity_test(name = "coreml_without_camera", images = ":coreml_images", variant = ":coreml_int8", tags = tags)
    return {
        "coreml_half_a_picture": "`height` is 0 and `width` is 48, expected both or neither",
        "coreml_planes": "`color_order` is NV21, expected none for a variant of the format mlpackage, where it is fixed; remove it",
        "coreml_runtime": "coreml_net_coreml_int8 has the format mlpackage, expected tflite; give a tflite_variant",
        "coreml_without_camera": "coreml_net_coreml_int8 takes no camera frames, expected a camera_variant",
        "tflite_by_coreml_recipe": "recipe int8 makes mlpackage, expected one that makes tflite",
    }

def coreml_test_suite(name):
    """Declares the subjects and tests of this file.

    Args:
      name: name of the test suite.
    """
    keras_model(name = "coreml_net", src = "net.keras", tags = ["manual"])
    image_set(name = "coreml_images", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = ["manual"])
    coreml_variant(name = "coreml_int8", model = ":coreml_net", recipe = "int8", tags = ["manual"])
    evaluation(name = "coreml_int8_on_images", subject = ":coreml_int8", images = ":coreml_images", tags = ["manual"])
    _coreml_evaluation_test(name = "coreml_evaluation_test", target_under_test = ":coreml_int8_on_images")
    camera_variant(name = "coreml_camera", variant = ":coreml_int8", height = 48, width = 64, tags = ["manual"])
    _coreml_camera_test(name = "coreml_camera_test", target_under_test = ":coreml_camera")
    bad = _bad_targets()
    for target, message in bad.items():
        failure_test(name = target + "_test", target_under_test = ":" + target, message = "//models/tests:{}: {}".format(target, message))
    _coreml_variant_test(name = "coreml_variant_test", target_under_test = ":coreml_int8")
    unknown_coreml_recipe_test(name = "unknown_coreml_recipe_test")
    native.test_suite(
        name = name,
        tests = [
            "coreml_evaluation_test",
            "coreml_camera_test",
            "coreml_variant_test",
            "unknown_coreml_recipe_test",
        ] + [target + "_test" for target in bad],
    )
