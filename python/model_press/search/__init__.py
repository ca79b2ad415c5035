"""Search for the best compression of a model under bounds."""
