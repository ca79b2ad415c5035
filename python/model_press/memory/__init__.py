"""Plans which tensors fill memory at a model's peak, without running it, and how to lower the peak."""
