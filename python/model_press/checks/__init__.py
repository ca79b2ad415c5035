"""Gates: each measures something, prints measured, bound and margin, and is red past the bound."""
