"""The convert-coreml step: loads a Keras model, converts it by a recipe, verifies the package and describes it."""

import dataclasses
import os
import pathlib
from typing import Any

import numpy as np

from model_press.coreml import compress, package, verify, weights
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.coreml.protos import quiet
from model_press.formats import files, labels, manifest, model_info
from model_press.formats.coreml_recipes import CoremlRecipe
from model_press.formats.errors import UserError
from model_press.formats.normalization import RAW, Normalization
from model_press.keras_io import fold_preprocessing, load
from model_press.process.tf_quiet import tensorflow

INPUT = "image"
LABEL = "classLabel"
PROBABILITIES = "classLabel_probs"
_KEY = "model_press."


@dataclasses.dataclass(frozen=True)
class Entry:
    """The package's transformation of a pixel: x = pixel * scale + bias[channel], channels in color_order."""

    color_order: str
    scale: float
    bias: tuple[float, float, float]


def convert_model(
    model: str | os.PathLike[str],
    info: model_info.ModelInfo,
    recipe: CoremlRecipe,
    labels_path: str | os.PathLike[str],
    out_package: str | os.PathLike[str],
) -> manifest.CoremlManifest:
    """Convert a model file to a .mlpackage folder and check it by running it.

    Args:
      model: .keras, .h5, SavedModel directory or zip.
      info: the model's description.
      labels_path: class names, one a line.
      out_package: an empty or missing folder, whose name becomes the package's.

    Returns:
      The manifest of what was written.

    Raises:
      UserError: bad model or labels, an operation without Core ML equivalent, too little compressed, or outputs that
        are not finite.
    """
    names = labels.read(labels_path)
    labels.require_width(names, info.classes, f"labels {labels_path}")
    _refuse_repeated(names, labels_path)
    with load.load(model) as loaded:
        call, entry = _entry(loaded, info.preprocess.normalization)
        converted = _to_coreml(call, loaded.height, loaded.width, entry, names, recipe)
    converted = compress.compress(converted, recipe)
    spec = converted.get_spec()
    _describe_metadata(spec, info, recipe)
    package.write(out_package, spec, pathlib.Path(converted.weights_dir) / "weight.bin")
    return _describe(out_package, info, recipe, labels_path, names, entry)


def _refuse_repeated(names: list[str], path: str | os.PathLike[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UserError(
            f"labels {path} has '{repeated[0]}' {names.count(repeated[0])} times; Core ML's probabilities are a "
            "dictionary by label, so make every name different"
        )


def _entry(loaded: load.LoadedModel, pre: Normalization) -> tuple[Any, Entry]:
    """Return the graph's input and Core ML's preprocessing: an image input has only one scale."""
    if len(set(pre.std)) == 1:
        bias = tuple(-m / pre.std[0] for m in pre.mean)
        return loaded.call, Entry(pre.color_order, 1 / pre.std[0], bias)
    call, _ = fold_preprocessing.fuse(loaded, pre)
    return call, Entry(RAW.color_order, 1.0, (0.0, 0.0, 0.0))


def _to_coreml(
    call: Any, height: int, width: int, entry: Entry, names: list[str], recipe: CoremlRecipe
) -> Any:
    tf = tensorflow()
    spec = tf.TensorSpec((1, height, width, 3), tf.float32, name=INPUT)
    function = tf.function(
        lambda image: {"scores": call(image)}, input_signature=[spec], autograph=False
    )
    with quiet():
        import coremltools as ct

        concrete = function.get_concrete_function()
        layout = ct.colorlayout.RGB if entry.color_order == "RGB" else ct.colorlayout.BGR
        try:
            return ct.convert(
                [concrete],
                source="tensorflow",
                convert_to="mlprogram",
                minimum_deployment_target=getattr(ct.target, f"iOS{recipe.minimum_ios}"),
                compute_precision=getattr(ct.precision, recipe.compute.upper()),
                inputs=[
                    ct.ImageType(
                        name=INPUT,
                        shape=(1, height, width, 3),
                        scale=entry.scale,
                        bias=list(entry.bias),
                        color_layout=layout,
                    )
                ],
                classifier_config=ct.ClassifierConfig(names, predicted_feature_name=LABEL),
                skip_model_load=True,
            )
        except Exception as error:  # coremltools raises what its frontend and passes raise
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            reason = lines[0] if lines else type(error).__name__
            raise UserError(f"the model cannot be converted to Core ML: {reason:.300}") from error


def _describe_metadata(spec: Any, info: model_info.ModelInfo, recipe: CoremlRecipe) -> None:
    metadata = spec.description.metadata
    metadata.shortDescription = f"{info.name}, {recipe.name}"
    metadata.userDefined[_KEY + "recipe"] = recipe.name
    metadata.userDefined[_KEY + "source_sha256"] = info.sha256
    spec.description.input[0].shortDescription = "The picture to classify"
    for output, text in zip(
        spec.description.output, ("The most probable class", "Probability by class"), strict=True
    ):
        output.shortDescription = text


def _describe(
    out_package: str | os.PathLike[str],
    info: model_info.ModelInfo,
    recipe: CoremlRecipe,
    labels_path: str | os.PathLike[str],
    names: list[str],
    entry: Entry,
) -> manifest.CoremlManifest:
    """Read the package back, as an app will, and run it."""
    classifier = ImageClassifier(out_package)
    share = weights.check_coverage(weights.of(classifier.program), recipe)
    name = pathlib.PurePath(out_package).name
    description = manifest.CoremlManifest(
        schema_version=3,
        name=name.removesuffix(".mlpackage"),
        format=manifest.MLPACKAGE,
        model=manifest.Package(
            name,
            package.digest(out_package),
            package.size(out_package),
            classifier.spec.specificationVersion,
        ),
        source=manifest.Source(
            info.name, info.sha256, info.keras, info.parameters, info.trained, info.compression
        ),
        recipe=recipe,
        input=manifest.ImageInput(INPUT, info.height, info.width, entry.color_order),
        output=manifest.CoremlOutput(
            PROBABILITIES, (1, len(names)), "float32", 0.0, 0, label=LABEL
        ),
        camera_input=None,
        postprocess=None,
        preprocess=manifest.CoremlPreprocess(info.preprocess.resize, entry.scale, entry.bias),
        # Of the labels as import-model writes them, regardless of blank lines at the end of the file.
        labels=manifest.Labels(
            os.path.basename(labels_path), len(names), files.sha256_bytes(labels.dump(names))
        ),
        coverage=round(share, 6),
        activation_bytes=None,
        requires=manifest.CoremlRequires(
            tuple(sorted({op.type for op in classifier.program.operations})),
            f"{recipe.minimum_ios}.0",
        ),
    )
    verify.check(classifier, description)
    _check_outputs(classifier)
    return description


def _check_outputs(classifier: ImageClassifier) -> None:
    """Run three images (black, white, noise): outputs must be finite, and each operation within its type."""
    shape = (1, classifier.height, classifier.width, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    images = {
        "a black image": np.zeros(shape, np.uint8),
        "a white image": np.full(shape, 255, np.uint8),
        "noise": noise,
    }
    for what, image in images.items():
        if not np.all(np.isfinite(classifier.run(image))):
            raise UserError(
                f"the converted model's outputs for {what} are not finite (NaN or infinite); check the model's "
                "weights, in particular batch normalisation statistics"
            )
