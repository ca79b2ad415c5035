"""bounds: what one variant of a model_suite may cost and lose."""

def bounds(
        max_drop = None,
        max_size = None,
        max_zipped_size = None,
        max_bytes = 0,
        size_baseline = None,
        max_latency = None,
        max_memory = None,
        partitions = None,
        outside = None,
        parity = True,
        frames = 64,
        reproducible = False,
        slow = False,
        full = False):
    """What one variant of a model_suite may cost and lose. Each bound that is set is a gate, `<variant>_<gate>_test`.

    Ratios are shares of the suite's baseline (fp32), or of coreml_fp32 for Core ML.

    Args:
      max_drop: largest loss of top-1 accuracy against the baseline, or against the Keras model for Core ML and for the baseline
        itself; see accuracy_test.
      max_size: largest ratio of file sizes; see size_test.
      max_zipped_size: largest ratio of deflated sizes.
      max_bytes: largest file in bytes; 0 for no such bound.
      size_baseline: name of another variant for max_size and max_zipped_size.
      max_latency: largest ratio of latencies, by CPU class; see latency_test.
      max_memory: largest ratio of peak memory; see memory_test.
      partitions: largest number of XNNPACK partitions; see delegation_test.
      outside: operators that may run outside of them; by default those of the recipe.
      parity: False for no parity_test, or the label of another Keras model to compare with. By default that is the model, or the
        compressed one.
      frames: frames of the parity test, for a camera_variant.
      reproducible: whether its reproducible_test, which converts again, is in a default run.
      slow: whether its inferences take so long that the tests which need them run by `--config=full` only.
      full: whether the variant is built, and its tests run, by `--config=full` only.

    Returns:
      struct of these.
    """
    return struct(
        max_drop = max_drop,
        max_size = max_size,
        max_zipped_size = max_zipped_size,
        max_bytes = max_bytes,
        size_baseline = size_baseline,
        max_latency = max_latency,
        max_memory = max_memory,
        partitions = partitions,
        outside = outside,
        parity = parity,
        frames = frames,
        reproducible = reproducible,
        slow = slow,
        full = full,
    )
