"""Rewrites that keep a graph in one XNNPACK partition, or let an older runtime load it: one file per operator.

Each module has `rewrite(graph) -> int`: it replaces operators of one kind by others that compute the same codes (within
one, where a rounding tie falls otherwise) and says how many it replaced. What it cannot replace stays as it was; a
delegation_test names it. An operator counts as run by XNNPACK if TensorFlow Lite 2.16.1 and LiteRT 2.3 both do.

A rewrite helps where the delegate runs. A runtime without an int8 delegate pays for it, so a recipe names the rewrites
that it wants.
"""
