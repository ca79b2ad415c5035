"""Which tensors of a model fill memory at its peak, planned without running it, and what would lower that."""
