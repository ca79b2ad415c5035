"""Images: decoding, image sets and their quality."""
