"""`pi_runner`."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variants_of")
load("//tools/licenses:defs.bzl", "NOTICE_ATTRS", "collect_licenses")
load("//tools/pi:platform.bzl", "PiPlatformInfo")
load("//tools/starlark:action.bzl", "run_tool", "tool_arguments")
load("//tools/starlark:label.bzl", "public_label")

PiRunnerInfo = provider(
    doc = "A runner file and what is in it.",
    fields = {
        "file": "File: the executable.",
        "tags": "list of strings: Pythons and machines that it runs on.",
        "variants": "list of VariantInfo, the default first.",
    },
)

# Where the two packages of this repository begin in its tree.
_ROOTS = ["python/", "rpi/"]

def _app_sources(app):
    """(name, File) of this repository's own files among what the runner's library needs at run time."""
    sources = []
    for file in app[DefaultInfo].default_runfiles.files.to_list():
        if not file.owner or file.owner.workspace_name != app.label.workspace_name or file.extension == "pyc":
            continue
        path = file.short_path
        if path.startswith("../"):
            path = path.split("/", 2)[2]
        for root in _ROOTS:
            if path.startswith(root):
                sources.append((path[len(root):], file))
    return sources

def _pi_runner_impl(ctx):
    variants = variants_of(ctx.label, ctx.attr.variants, custom_ops = STOCK_INTERPRETER)
    platforms = [platform[PiPlatformInfo] for platform in ctx.attr.platforms]
    names = {}
    for variant in variants:
        if variant.name in names:
            fail("{}: variant {} is given twice".format(public_label(ctx.label), variant.name))
        names[variant.name] = True
    out = ctx.actions.declare_file(ctx.label.name)
    notice = ctx.actions.declare_file(ctx.label.name + ".NOTICE.txt")
    collect_licenses(
        ctx,
        title = "{}, a runner by model_press".format(ctx.label.name),
        output = notice,
        sites = [platform.site for platform in platforms],
    )
    arguments = tool_arguments(ctx)
    arguments.add("--name=" + ctx.label.name.replace("-", "_"))
    arguments.add("--bootstrap=" + ctx.file._bootstrap.path)
    arguments.add("--notice=" + notice.path)
    sources = _app_sources(ctx.attr._app)
    for name, file in sources:
        arguments.add("--app={}={}".format(name, file.path))
    for platform in platforms:
        arguments.add("--site={}={}".format(platform.tag, platform.site.path))
    inputs = [ctx.file._bootstrap, notice] + [file for _, file in sources] + [platform.site for platform in platforms]
    for variant in variants:
        arguments.add("--variant={}={},{},{}".format(
            variant.name,
            variant.model.path,
            variant.manifest.path,
            variant.labels.path,
        ))
        inputs += [variant.model, variant.manifest, variant.labels]
    arguments.add("--out=" + out.path)
    run_tool(
        ctx,
        tool = ctx.executable._pack_runner,
        arguments = arguments,
        inputs = inputs,
        outputs = [out],
        mnemonic = "PackPiRunner",
        progress_message = "Packing {}".format(public_label(ctx.label)),
        worker = False,
    )
    return [
        DefaultInfo(executable = out, files = depset([out]), runfiles = ctx.runfiles(files = [out])),
        PiRunnerInfo(file = out, tags = [platform.tag for platform in platforms], variants = variants),
    ]

pi_runner = rule(
    implementation = _pi_runner_impl,
    doc = """One executable file that classifies pictures on a Raspberry Pi: program, packages and models.

    It needs a Python 3 of one of its platforms and nothing else. What must be a real file (native libraries, models that
    are mapped) is unpacked once into a cache folder, and repaired from the file when it is damaged. The licences of the
    packages are in it (`unzip -p runner NOTICE.txt`). The same inputs give the same bytes.
    """,
    attrs = dict({
        "platforms": attr.label_list(
            default = [Label("@pi_bookworm//:platform"), Label("@pi_trixie//:platform")],
            providers = [PiPlatformInfo],
            doc = "Pythons and machines to serve; by default 64-bit Raspberry Pi OS bookworm (3.11) and trixie (3.13).",
        ),
        "variants": attr.label_list(
            allow_empty = False,
            mandatory = True,
            providers = [VariantInfo],
            doc = "Variants to carry; the first is the default.",
        ),
        "_app": attr.label(default = Label("//rpi/pi_runner")),
        "_bootstrap": attr.label(default = Label("//rpi:bootstrap.py"), allow_single_file = True),
        "_pack_runner": attr.label(
            default = Label("//rpi/private:pack_runner"),
            cfg = "exec",
            executable = True,
        ),
    }, **NOTICE_ATTRS),
    executable = True,
)
