"""Which rules cannot take a variant with custom operators."""

load("//tools/starlark:label.bzl", "public_label")

def refuse_custom_ops(label, variants, why):
    """Fails where a variant has custom operators.

    Args:
      label: label of the target, for the message.
      variants: list of VariantInfo.
      why: string: what would have to run them, and does not.
    """
    for variant in variants:
        if variant.custom_ops:
            fail("{}: {} has custom operators (`custom_ops`), {}; expected a variant without".format(
                public_label(label),
                variant.name,
                why,
            ))

# What measures and inspects.
STOCK_INTERPRETER = "which LiteRT's Python interpreter does not run"
