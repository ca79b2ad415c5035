"""Analysis tests of the Core ML rules: outputs, providers and the line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//models:defs.bzl", "coreml_fused_variant", "coreml_variant", "evaluation", "image_set", "keras_model")
load("//models:providers.bzl", "CoremlFusedInfo", "CoremlVariantInfo", "EvaluationInfo")
load("//models/private:coreml_recipes.bzl", "coreml_recipe_error")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _actions(env, mnemonic):
    return [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]

def _coreml_variant_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    expected = ["coreml_net_coreml_int8.manifest.json", "coreml_net_coreml_int8.mlpackage", "coreml_net_coreml_int8.mlpackage.zip"]
    asserts.equals(env, expected, names)
    variant = target[CoremlVariantInfo]
    asserts.equals(env, "coreml_net_coreml_int8", variant.name)
    asserts.equals(env, "int8", variant.recipe_name)
    asserts.true(env, variant.package.is_directory, "the package is a tree artifact")
    asserts.equals(env, "coreml_net.labels.txt", variant.labels.basename)
    for group in ["archive", "labels", "manifest", "package"]:
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

def _coreml_fused_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    expected = ["coreml_net_coreml_camera.manifest.json", "coreml_net_coreml_camera.mlpackage", "coreml_net_coreml_camera.mlpackage.zip"]
    asserts.equals(env, expected, names)
    asserts.equals(env, "coreml_net_coreml_int8", target[CoremlFusedInfo].plain.name)
    asserts.false(env, CoremlVariantInfo in target, "what takes a plain variant must not take it")
    inputs = [file.basename for file in _actions(env, "CoremlFuse")[0].inputs.to_list()]
    asserts.true(env, "coreml_net_coreml_int8.mlpackage" in inputs, "a finished package is what it is made from")
    asserts.false(env, "coreml_net.model" in inputs, "the Keras model is not converted again")
    return analysistest.end(env)

_coreml_fused_test = analysistest.make(_coreml_fused_impl)

def _unknown_coreml_recipe_impl(ctx):
    env = unittest.begin(ctx)
    asserts.true(env, coreml_recipe_error("//a:b", "int9").startswith(
        "//a:b: recipe is \"int9\", expected one of fp16, fp32, int8, ",
    ))
    asserts.equals(env, None, coreml_recipe_error("//a:b", "palette6"))
    asserts.equals(env, None, coreml_recipe_error("//a:b", ":mine"))
    return unittest.end(env)

unknown_coreml_recipe_test = unittest.make(_unknown_coreml_recipe_impl)

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
    coreml_fused_variant(name = "coreml_camera", variant = ":coreml_int8", height = 48, width = 64, tags = ["manual"])
    coreml_fused_variant(name = "coreml_half_a_picture", variant = ":coreml_int8", width = 48, tags = ["manual"])
    _coreml_fused_test(name = "coreml_fused_test", target_under_test = ":coreml_camera")
    failure_test(
        name = "coreml_half_a_picture_test",
        message = "//models/tests:coreml_half_a_picture: `height` is 0 and `width` is 48, expected both or neither",
        target_under_test = ":coreml_half_a_picture",
    )
    _coreml_variant_test(name = "coreml_variant_test", target_under_test = ":coreml_int8")
    unknown_coreml_recipe_test(name = "unknown_coreml_recipe_test")
    native.test_suite(
        name = name,
        tests = [
            "coreml_evaluation_test",
            "coreml_fused_test",
            "coreml_half_a_picture_test",
            "coreml_variant_test",
            "unknown_coreml_recipe_test",
        ],
    )
