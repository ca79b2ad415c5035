"""images_test: an image set must be fit to judge a model."""

load("//models:providers.bzl", "ImageSetInfo", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variant_of")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _images_test_impl(ctx):
    variant = variant_of(ctx.label, ctx.attr.variant, camera_input = False, custom_ops = STOCK_INTERPRETER)
    images = ctx.attr.images[ImageSetInfo]
    seen = {target.label.name: target[ImageSetInfo].images for target in ctx.attr.seen}
    if variant.calibration:
        seen["the calibration images"] = variant.calibration.images
    options = {
        "--classes": images.classes,
        "--images": images.images,
        "--manifest": variant.manifest,
        "--model": variant.model,
        "--seen": ["{}={}".format(name, file.short_path) for name, file in seen.items()],
    }
    return gate(ctx, command = "check-images", options = options, files = seen.values())

images_test = rule(
    implementation = _images_test_impl,
    test = True,
    attrs = dict(
        images = attr.label(providers = [ImageSetInfo], mandatory = True, doc = "The image_set for evaluation."),
        seen = attr.label_list(
            providers = [ImageSetInfo],
            doc = "Further sets that must share no image with it, such as the training images. The variant's calibration images always count.",
        ),
        variant = attr.label(
            providers = [VariantInfo],
            mandatory = True,
            doc = "A variant of the model. Where the model is trained, it tells whether red and blue are exchanged.",
        ),
        **GATE_ATTRS
    ),
    doc = "Red when evaluation images are copies of one another, of one class only, random noise, scaled, in BGR order, or among " +
          "the images that calibration used.",
)
