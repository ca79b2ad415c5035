"""Camera input of Core ML packages."""
