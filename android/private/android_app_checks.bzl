"""What the attributes of an `android_app` ask for, checked."""

load("//models:variants.bzl", _variants_of = "variants_of")
load("//tools/android:runtime.bzl", "EXTRAS")
load("//tools/starlark:label.bzl", "public_label")

# The classifier uses java.util.List.sort and the EXIF reader for streams, both of API 24.
_LOWEST_SDK = 24

def check_application_id(ctx):
    """Fails where `application_id` is set and no package name."""
    name = ctx.attr.application_id
    if not name:
        return
    segments = name.split(".")
    for segment in segments:
        rest = segment.replace("_", "a")
        if not rest or not rest.isalnum() or not segment[0].isalpha():
            segments = []
            break
    if len(segments) < 2:
        fail("%s: application_id \"%s\" is not an Android package name; expected at least two words like com.example.app" % (
            public_label(ctx.label),
            name,
        ))

def check_sdk(ctx):
    """Fails where the oldest API level is above the target or below what the classifier runs on."""
    target = ctx.attr.target_sdk_version
    minimum = ctx.attr.min_sdk_version
    if minimum < _LOWEST_SDK or minimum > target:
        fail("%s: min_sdk_version %d; expected %d to the target_sdk_version %d" % (
            public_label(ctx.label),
            minimum,
            _LOWEST_SDK,
            target,
        ))

def variants_of(ctx):
    """Returns the VariantInfo of each model, the first choice first."""
    variants = _variants_of(
        ctx.label,
        [ctx.attr.model] + ctx.attr.more_models,
        custom_ops = "whose kernels TensorFlow Lite's Java runtime takes from native code alone",
    )
    seen = {}
    for variant in variants:
        if variant.name in seen:
            fail("%s: %s is in the app twice; expected each variant once in model and more_models" % (
                public_label(ctx.label),
                variant.name,
            ))
        seen[variant.name] = True
    return variants

def extras_of(ctx, runtime):
    """Returns the parts of the runtime that the app asks for beside its core."""
    wanted = [name for name in EXTRAS if getattr(ctx.attr, name)]
    for name in wanted:
        if name not in runtime.extras:
            fail("%s: %s = True, but %s has no `%s` here: no matching version can be had; name one in //tools/android/runtimes" % (
                public_label(ctx.label),
                name,
                runtime.name,
                name,
            ))
    return [runtime.extras[name] for name in wanted]

def jni_of(ctx, runtime, extras):
    """Returns the (ABI, File) pairs that the app ships."""
    pairs = []
    for abi in ctx.attr.abis or sorted(runtime.jni):
        if abi not in runtime.jni:
            fail("%s: %s has no library for ABI \"%s\"; it has %s" % (
                public_label(ctx.label),
                runtime.name,
                abi,
                ", ".join(sorted(runtime.jni)),
            ))
        for part in [runtime] + extras:
            pairs += [(abi, library) for library in part.jni[abi].to_list()]
    return pairs
