"""Settings that several tests of compression start from."""

from model_press.formats import compressions

# Half of the weights, at once.
HALF = compressions.Magnitude(
    sparsity=0.5,
    pattern="unstructured",
    schedule="constant",
    begin_step=0,
    frequency=100,
    end_share=1.0,
    keep_layers=(),
)
