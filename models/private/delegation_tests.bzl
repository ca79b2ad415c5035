"""delegation_tests: what XNNPACK leaves of each variant of a model that takes bytes."""

load(":delegation_test.bzl", "delegation_test")

# recipe -> (partitions, operators outside). Pixels come as bytes, which XNNPACK does not turn into floats.
_FLOAT = {
    "fp16": (2, ["CAST"]),
    "fp32": (1, ["CAST"]),
}

# Bytes become codes at one end, codes probabilities at the other.
_INT8_ENDS = ["QUANTIZE", "SOFTMAX"]

def delegation_tests(dynamic_int8_partitions, whole_int8, full = []):
    """Declares <variant>_delegation_test for the float, dynamic-range and int8 variants of this package.

    int16x8 has none: XNNPACK takes nothing of it.

    Args:
      dynamic_int8_partitions: largest number of partitions of :dynamic_int8. XNNPACK has no depthwise convolution of floats by
        int8, so each cuts the graph.
      whole_int8: names of int8 variants, whose graphs the recipe's rewrites keep in one partition.
      full: more such names, whose tests are tagged `full`.
    """
    expected = dict(_FLOAT)
    expected["dynamic_int8"] = (dynamic_int8_partitions, ["CAST", "DEPTHWISE_CONV_2D"])
    for variant in whole_int8 + full:
        expected[variant] = (1, _INT8_ENDS)
    for variant, (partitions, outside) in expected.items():
        delegation_test(
            name = variant + "_delegation_test",
            max_partitions = partitions,
            outside = outside,
            tags = ["full"] if variant in full else [],
            variant = ":" + variant,
        )
