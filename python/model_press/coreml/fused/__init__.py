"""Core ML packages with a picture's resize and the answer's choice inside."""
