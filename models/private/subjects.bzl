"""Checks on the variants that a rule is given together."""

load("//tools/starlark:label.bzl", "public_label")

def same_model(label, variants):
    """The model that variants were made from, before any compression.

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
