"""What model_press targets tell each other."""

ModelInfo = provider(
    doc = "An imported and checked Keras model.",
    fields = {
        "compression": "string: name of the compression that made it from another model, or empty.",
        "info": "File: JSON with input, output, preprocessing, parameter count and sha256 of the model.",
        "labels": "File: one class name a line, as many as the model has outputs.",
        "model": "File: the .keras or .h5 as given, or a SavedModel folder as one archive.",
        "name": "string: the model's name, first part of every variant's file name.",
        "origin": "ModelInfo of the model that a compression began with, or None.",
    },
)

ImageSetInfo = provider(
    doc = "Images of one size, decoded, with their classes.",
    fields = {
        "classes": "File: .npy, int32 [N], the class index of each image, -1 where it has none.",
        "images": "File: .npy, uint8 [N, height, width, 3], RGB.",
    },
)

ImageStreamInfo = provider(
    doc = "A program that makes an epoch's training images for each --seed.",
    fields = {
        "arguments": "list of strings: the program's arguments besides --seed, --out-images and --out-classes.",
        "data": "depset of Files that the arguments name.",
        "generator": "FilesToRunProvider of the program.",
    },
)

CompressionInfo = provider(
    doc = "What is done to a Keras model before its conversion, as data.",
    fields = {
        "json": "File: the compression (fields in python/model_press/formats/compressions.py).",
        "name": "string: the compression's name.",
    },
)

RecipeInfo = provider(
    doc = "How a variant is made, as data.",
    fields = {
        "calibration": "bool: whether the recipe needs representative images.",
        "format": "string: format of the variants that it makes, as in VariantInfo.",
        "json": "File: the recipe (fields in python/model_press/formats/recipes.py, or coreml_recipes.py).",
        "name": "string: the recipe's name.",
    },
)

VariantInfo = provider(
    doc = "A model file ready for a runtime, with all that an app must know about it.",
    fields = {
        "archive": "File: an .mlpackage as a stored zip; None for other formats.",
        "calibration": "ImageSetInfo of the representative images, None where the recipe has none.",
        "camera_input": "bool: whether it takes a camera's frames, as a camera_variant does.",
        "conversion": "dict: options of the subcommand that made it, each with its File; reproducible_test runs it again.",
        "custom_ops": "File: Python source that declares custom operators with their reference kernels, or None.",
        "format": "string: \"tflite\" (TensorFlow Lite) or \"mlpackage\" (Core ML).",
        "labels": "File: one class name a line.",
        "manifest": "File: manifest.json (schema in python/model_press/formats).",
        "model": "File: the .tflite, or the folder .mlpackage.",
        "model_info": "ModelInfo of the Keras model it was made from.",
        "name": "string: <model name>_<target name>, the stem of its files.",
        "plain": "VariantInfo of the variant that a camera_variant was made from; None for other variants.",
        "recipe_name": "string: name of the recipe that made it.",
    },
)

EvaluationInfo = provider(
    doc = "What one model or variant answered on an image set.",
    fields = {
        "image_set": "ImageSetInfo it ran on.",
        "manifest": "File: the variant's manifest, or None for the Keras model itself.",
        "outputs": "File: .npy [N, classes] in the model's own output dtype; codes for a quantised output.",
        "subject": "string: name of the variant or model.",
    },
)

RuntimeInfo = provider(
    doc = "A runtime that apps ship, by the operators it registers.",
    fields = {
        "name": "string: such as tensorflow_lite_2.16.1.",
        "table": "File: JSON of builtin operators and their newest version (`//android/host:op_table` makes it).",
    },
)
