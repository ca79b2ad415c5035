"""Analysis tests of the Core ML rules: outputs, providers and the line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//models:defs.bzl", "camera_parity_test", "camera_variant", "coreml_variant", "evaluation", "image_set", "keras_model", "runtime_test", "tflite_variant")
load("//models/private:shipped.bzl", "coreml_recipe_error")
load(":target_test.bzl", "rule_tests")

def _unknown_coreml_recipe_impl(ctx):
    env = unittest.begin(ctx)
    asserts.true(env, coreml_recipe_error("//a:b", "int9").startswith(
        "//a:b: recipe is \"int9\", expected one of fp16, fp32, int8, ",
    ))
    asserts.equals(env, None, coreml_recipe_error("//a:b", "palette6"))
    asserts.equals(env, None, coreml_recipe_error("//a:b", ":mine"))
    return unittest.end(env)

unknown_coreml_recipe_test = unittest.make(_unknown_coreml_recipe_impl)

def _subjects():
    tags = ["manual"]
    keras_model(name = "coreml_net", src = "net.keras", tags = tags)
    image_set(name = "coreml_images", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = tags)
    coreml_variant(name = "coreml_int8", model = ":coreml_net", recipe = "int8", tags = tags)
    evaluation(name = "coreml_evaluation", subject = ":coreml_int8", images = ":coreml_images", tags = tags)
    camera_variant(name = "coreml_camera", variant = ":coreml_int8", height = 48, width = 64, tags = tags)
    return {
        "coreml_camera": {
            "fields": {"camera_input": "True", "format": "mlpackage", "plain.name": "coreml_net_coreml_int8"},
            "inputs": {"CoremlCamera": ["coreml_net_coreml_int8.mlpackage"]},
            "no_inputs": {"CoremlCamera": ["coreml_net.model"]},
            "outputs": ["coreml_net_coreml_camera.manifest.json", "coreml_net_coreml_camera.mlpackage", "coreml_net_coreml_camera.mlpackage.zip"],
        },
        "coreml_evaluation": {
            "actions": {"CoremlPredict": "1", "TflitePredict": "0"},
            "fields": {"manifest": "coreml_net_coreml_int8.manifest.json", "subject": "coreml_net_coreml_int8"},
        },
        "coreml_int8": {
            "actions": {"CoremlConvert": "1"},
            "fields": {
                "camera_input": "False",
                "format": "mlpackage",
                "labels": "coreml_net.labels.txt",
                # A folder.
                "model.is_directory": "True",
                "name": "coreml_net_coreml_int8",
                "recipe_name": "int8",
            },
            "groups": ["archive", "labels", "manifest", "model"],
            "inputs": {"CoremlConvert": ["int8.json"]},
            "no_inputs": {"CoremlConvert": ["fp32.json"]},
            "outputs": ["coreml_net_coreml_int8.manifest.json", "coreml_net_coreml_int8.mlpackage", "coreml_net_coreml_int8.mlpackage.zip"],
        },
    }

def _mistakes():
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
    unknown_coreml_recipe_test(name = "unknown_coreml_recipe_test")
    rule_tests(name, _subjects(), _mistakes(), ["unknown_coreml_recipe_test"])
