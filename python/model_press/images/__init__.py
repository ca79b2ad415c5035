"""Images: decoding, sets of images, what they show of quality."""
