"""Checks on the variants that a rule is given together."""

load(":tool.bzl", "public_label")

def same_model(label, variants):
    """The model that variants were made from.

    Args:
      label: label of the target, for the message.
      variants: list of VariantInfo, not empty.

    Returns:
      Their ModelInfo. Fails where they are of several models.
    """
    first = variants[0]
    for variant in variants:
        if variant.model_info.model != first.model_info.model:
            fail("{}: {} is made from the model {} and {} from {}, expected variants of one model".format(
                public_label(label),
                first.name,
                first.model_info.name,
                variant.name,
                variant.model_info.name,
            ))
    return first.model_info
