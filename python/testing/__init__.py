"""Small inputs that tests of several packages share."""
