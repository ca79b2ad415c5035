"""Rules of the iOS app that need no Apple machine: its Swift classes, its list of models, and the bundle for Xcode."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "variant_of", "variants_of")
load("//tools/starlark:action.bzl", "run_tool", "tool_arguments")

_TOOL_ATTR = {"_ios_tool": attr.label(default = Label("//ios/private:ios_tool"), executable = True, cfg = "exec")}

_VARIANTS = attr.label_list(
    providers = [VariantInfo],
    mandatory = True,
    doc = "Core ML variants in the app, with camera input or without; it begins with the first one.",
)

def _run(ctx, command, mnemonic, message, options, out, inputs):
    """Registers one action of ios_tool that writes `out`."""
    arguments = tool_arguments(ctx, command)
    arguments.add_all(options)
    arguments.add("--out=" + out.path)
    run_tool(
        ctx,
        tool = ctx.executable._ios_tool,
        mnemonic = mnemonic,
        progress_message = message,
        arguments = arguments,
        inputs = inputs,
        outputs = [out],
    )

def _providers(ctx, files):
    return [DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files))]

def _variant_options(variants):
    return ["--variant={}={}={}".format(v.model.path, v.manifest.path, v.labels.path) for v in variants]

def _variant_files(variants):
    return [file for v in variants for file in [v.model, v.manifest, v.labels]]

def _swift_class_impl(ctx):
    variant = variant_of(ctx.label, ctx.attr.variant, format = "mlpackage")
    name = "".join([part.capitalize() for part in variant.name.split("_")])
    out = ctx.actions.declare_file(name + ".swift")
    options = ["--package=" + variant.model.path]
    message = "Writing the Swift class of {}".format(variant.name)
    _run(ctx, "swift-class", "SwiftClass", message, options, out, [variant.model])
    return _providers(ctx, [out])

swift_class = rule(
    implementation = _swift_class_impl,
    attrs = dict(
        variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "The coreml_variant, or a camera_variant of one."),
        **_TOOL_ATTR
    ),
    doc = "The Swift class of a Core ML variant, named after it: DigitsCoremlInt8.swift.",
)

def _ios_resources_impl(ctx):
    variants = variants_of(ctx.label, ctx.attr.variants, format = "mlpackage")
    out = ctx.actions.declare_file(ctx.label.name + "/index.json")
    message = "Listing the models of {}".format(ctx.label.name)
    manifests = [variant.manifest for variant in variants]
    _run(ctx, "ios-catalogue", "IosCatalogue", message, _variant_options(variants), out, manifests)
    return _providers(ctx, [out] + _variant_files(variants))

ios_resources = rule(
    implementation = _ios_resources_impl,
    attrs = dict(variants = _VARIANTS, **_TOOL_ATTR),
    doc = "What the app reads: packages, manifests, labels and index.json.",
)

def _ios_bundle_impl(ctx):
    variants = variants_of(ctx.label, ctx.attr.variants, format = "mlpackage")
    out = ctx.actions.declare_file(ctx.attr.app_name + ".swiftpm.zip")
    options = ["--name=" + ctx.attr.app_name, "--template=" + ctx.file.template.path] + _variant_options(variants)
    for source in ctx.files.srcs:
        # Paths in the package are those below this BUILD file.
        options.append("--source={}={}".format(source.path, source.short_path[len(ctx.label.package) + 1:]))
    inputs = ctx.files.srcs + [ctx.file.template] + _variant_files(variants)
    _run(ctx, "ios-bundle", "IosBundle", "Packing {}".format(out.basename), options, out, inputs)
    return _providers(ctx, [out])

ios_bundle = rule(
    implementation = _ios_bundle_impl,
    attrs = dict(
        app_name = attr.string(mandatory = True, doc = "Name of the folder in the zip, without .swiftpm."),
        srcs = attr.label_list(allow_files = True, mandatory = True, doc = "All sources of the app, below this package."),
        template = attr.label(allow_single_file = True, mandatory = True, doc = "Package.swift with a line `// RESOURCES`."),
        variants = _VARIANTS,
        **_TOOL_ATTR
    ),
    doc = "A zip with an app package (.swiftpm) that Xcode opens: sources, generated classes, models, manifests, labels.",
)
