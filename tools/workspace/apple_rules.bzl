"""@apple_rules: the rules of rules_apple and rules_swift on a Mac, and stand-ins elsewhere, so that `//...` loads."""

_REAL = """\
load("@rules_apple//apple:ios.bzl", _ios_application = "ios_application")
load("@rules_swift//swift:swift.bzl", _swift_library = "swift_library")

ios_application = _ios_application
swift_library = _swift_library
"""

# A target of the same name that no platform but macOS can build: `//...` skips it, and a direct build says so.
_STAND_IN = """\
def _stand_in_impl(ctx):
    return []

_stand_in = rule(implementation = _stand_in_impl)

def _skipped(name, visibility = None, tags = []):
    _stand_in(
        name = name,
        visibility = visibility,
        tags = tags,
        target_compatible_with = ["@platforms//os:macos"],
    )

def ios_application(name, visibility = None, tags = [], **_):
    _skipped(name, visibility, tags)

def swift_library(name, visibility = None, tags = [], **_):
    _skipped(name, visibility, tags)
"""

def _apple_rules_impl(rctx):
    real = rctx.attr.bzlmod and rctx.os.name.lower().startswith("mac")
    rctx.file("BUILD.bazel", "")
    rctx.file("defs.bzl", _REAL if real else _STAND_IN)

apple_rules = repository_rule(
    implementation = _apple_rules_impl,
    attrs = {"bzlmod": attr.bool(doc = "Whether MODULE.bazel, which names rules_apple, is read.")},
    doc = "Loads rules_apple only where it can build something: it is a download, and needs Xcode.",
)
