"""The two models of the repository: Xception, and the digits net of the same family."""
