"""Checks for rules that take variants: one line that says which variant does not fit, and which would."""

load("//models/private:runtimes.bzl", "RUNTIMES")
load("//tools/starlark:label.bzl", "public_label")
load(":providers.bzl", "VariantInfo")

# What measures and inspects.
STOCK_INTERPRETER = "which LiteRT's Python interpreter does not run"

def variants_of(label, targets, *, format = "tflite", camera_input = True, custom_ops = None):
    """Return the VariantInfo of each target; fail where a rule cannot take one.

    Args:
      label: label of the rule's target, for the message.
      targets: list of targets with a VariantInfo.
      format: string: the only format that the rule takes, or None where it takes all.
      camera_input: bool: whether it takes a camera_variant, too.
      custom_ops: string: the reason why it cannot take a variant with custom operators, such as STOCK_INTERPRETER;
        None where it can.

    Returns:
      list of VariantInfo.
    """
    variants = [target[VariantInfo] for target in targets]
    for variant in variants:
        if format and variant.format != format:
            fail("{}: {} has the format {}, expected {}; give a {}".format(
                public_label(label),
                variant.name,
                variant.format,
                format,
                RUNTIMES[format].made_by,
            ))
        if variant.camera_input and not camera_input:
            fail("{}: {} takes camera frames, expected the variant that it was made from; give {}".format(
                public_label(label),
                variant.name,
                variant.plain.name,
            ))
        if variant.custom_ops and custom_ops:
            fail("{}: {} has custom operators (`custom_ops`), {}; expected a variant without".format(
                public_label(label),
                variant.name,
                custom_ops,
            ))
    return variants

def variant_of(label, target, **kwargs):
    """Return the VariantInfo of one target; see variants_of."""
    return variants_of(label, [target], **kwargs)[0]

def same_model(label, variants):
    """Return the model that variants were made from, before any compression.

    Args:
      label: label of the target, for the message.
      variants: list of VariantInfo, not empty.

    Returns:
      Their ModelInfo. Fails where they are of several models.
    """
    first = variants[0]
    origin = _origin(first)
    for variant in variants:
        if _origin(variant).model != origin.model:
            fail("{}: {} is made from the model {} and {} from {}, expected variants of one model".format(
                public_label(label),
                first.name,
                first.model_info.name,
                variant.name,
                variant.model_info.name,
            ))
    return origin

def _origin(variant):
    return variant.model_info.origin or variant.model_info
