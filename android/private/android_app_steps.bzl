"""The steps from the sources of an `android_app` to its APK, each of a few actions."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//models:providers.bzl", "ImageSetInfo")
load("//tools/android:keystore.bzl", "AndroidKeystoreInfo")
load("//tools/jvm/private:compile.bzl", "compile_jar")
load("//tools/licenses:defs.bzl", "collect_licenses")
load(
    ":actions.bzl",
    "bundle_models",
    "check_alignment",
    "compile_resources",
    "convert_resources",
    "dex",
    "link_resources",
    "merge_manifest",
    "pack_apk",
    "sample_images",
    "shrink",
    "sign_apk",
)
load(":android_library.bzl", "libraries_of", "merged")

# Under assets/: every package that the app carries, its licence, and the texts. The About screen shows it.
_NOTICE = "NOTICE.txt"

def _work(ctx, name):
    """Path of an intermediate file, below a folder of the target's own."""
    return "%s.parts/%s" % (ctx.label.name, name)

def bundle_assets(ctx, runtime, variants):
    """Registers what fills assets/; returns its folders and the file of licences."""
    models = ctx.actions.declare_directory(_work(ctx, "assets"))
    bundle_models(ctx = ctx, variants = variants, runtime = runtime, pack = ctx.attr.pack_models, output = models)
    folders = [models]
    if ctx.attr.sample:
        sample = ctx.actions.declare_directory(_work(ctx, "sample"))
        sample_images(
            ctx = ctx,
            image_set = ctx.attr.sample[ImageSetInfo],
            count = ctx.attr.sample_count,
            output = sample,
        )
        folders.append(sample)
    notice = ctx.actions.declare_file(_work(ctx, "licences/" + _NOTICE))
    collect_licenses(
        ctx,
        title = "%s, an app by model_press" % ctx.label.name,
        output = notice,
        targets = ctx.attr.deps + [ctx.attr.runtime],
    )
    return struct(folders = folders, notice = notice)

def merge_and_link(ctx, tools, android_jar, assets):
    """Registers merging the manifests and linking resources and assets.

    Args:
      ctx: rule context.
      tools: AndroidToolsInfo.
      android_jar: platform to link against.
      assets: from bundle_assets().

    Returns:
      struct of Files: `linked`, the APK of resources, assets and manifest; `proto`, the form that R8 and bundles take, without
      assets; `r_java`, the folder of R classes; `keep_rules` for R8; `manifest`, the merged one.
    """
    needed = libraries_of(ctx.attr.deps)
    libraries = merged(needed, "libraries").to_list()
    manifest = ctx.actions.declare_file(_work(ctx, "AndroidManifest.xml"))
    merge_manifest(
        ctx = ctx,
        manifest = ctx.file.manifest,
        libraries = libraries,
        application_id = ctx.attr.application_id,
        min_sdk_version = ctx.attr.min_sdk_version,
        output = manifest,
    )
    compiled = ctx.actions.declare_file(_work(ctx, "resources.zip"))
    compile_resources(ctx = ctx, tools = tools, resources = ctx.files.resources, output = compiled)
    both = dict(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        manifest = manifest,
        compiled = compiled,
        library_resources = merged(needed, "compiled"),
        settings = struct(
            application_id = ctx.attr.application_id,
            debuggable = ctx.attr.debuggable,
            min_sdk_version = ctx.attr.min_sdk_version,
            target_sdk_version = ctx.attr.target_sdk_version,
            version_code = ctx.attr.version_code,
            version_name = ctx.attr.version_name,
        ),
    )
    linked = ctx.actions.declare_file(_work(ctx, "resources.apk"))
    r_java = ctx.actions.declare_directory(_work(ctx, "r_java"))
    keep_rules = ctx.actions.declare_file(_work(ctx, "resources.pro"))
    link_resources(
        assets = assets.folders,
        notice = assets.notice,
        output = linked,
        r_java = r_java,
        r_packages = [library.package for library in libraries if library.has_resources],
        keep_rules = keep_rules,
        **both
    )
    proto = ctx.actions.declare_file(_work(ctx, "resources.proto.apk"))
    link_resources(output = proto, proto = True, **both)
    return struct(keep_rules = keep_rules, linked = linked, manifest = manifest, proto = proto, r_java = r_java)

def compile_classes(ctx, android_jar, r_java, runtimes):
    """Registers compiling the app's own classes; returns the JavaInfo of them and of what they need."""
    classes = ctx.actions.declare_file(_work(ctx, "classes.jar"))
    deps = [dep[JavaInfo] for dep in ctx.attr.deps] + [part.java for part in runtimes]
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs + [r_java],
        output = classes,
        classpath = depset([android_jar], transitive = [dep.transitive_compile_time_jars for dep in deps]),
    )
    return JavaInfo(output_jar = classes, compile_jar = classes, deps = deps)

def shrink_code(ctx, tools, android_jar, runtime, java, resources):
    """Registers R8 and what follows from it; returns a struct as dex_code does."""
    dex_zip = ctx.actions.declare_file(_work(ctx, "dex.zip"))
    mapping = ctx.actions.declare_file(ctx.label.name + ".mapping.txt")
    proto = ctx.actions.declare_file(_work(ctx, "shrunk.proto.apk"))
    binary = ctx.actions.declare_file(_work(ctx, "shrunk.apk"))
    shrink(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        jars = java.transitive_runtime_jars,
        keep_rules = [ctx.file._android_rules, resources.keep_rules] + runtime.keep_rules.to_list() +
                     merged(libraries_of(ctx.attr.deps), "keep_rules").to_list() + ctx.files.keep_rules,
        min_sdk_version = ctx.attr.min_sdk_version,
        resources = resources.proto,
        output = dex_zip,
        mapping = mapping,
        shrunk_resources = proto,
    )
    convert_resources(ctx = ctx, tools = tools, proto = proto, output = binary)
    return struct(dex_zip = dex_zip, mapping = mapping, proto = proto, resources = binary)

def dex_code(ctx, tools, android_jar, java, resources):
    """Registers D8 on all classes.

    Args:
      ctx: rule context.
      tools: AndroidToolsInfo.
      android_jar: platform to compile against.
      java: JavaInfo of the app.
      resources: from merge_and_link().

    Returns:
      struct of Files: `dex_zip`, `mapping` or None, and the APKs of resources to pack, `resources` and `proto`.
    """
    dex_zip = ctx.actions.declare_file(_work(ctx, "dex.zip"))
    dex(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        jars = java.transitive_runtime_jars,
        min_sdk_version = ctx.attr.min_sdk_version,
        output = dex_zip,
    )
    return struct(dex_zip = dex_zip, mapping = None, proto = resources.proto, resources = resources.linked)

def pack_and_sign(ctx, tools, code, linked, jni):
    """Registers packing, checking and signing; returns the unsigned and the signed APK."""
    unsigned = ctx.actions.declare_file(_work(ctx, "unsigned.apk"))
    alignment_report = ctx.actions.declare_file(_work(ctx, "alignment.txt"))
    apk = ctx.actions.declare_file(ctx.label.name + ".apk")
    pack_apk(ctx = ctx, resources = code.resources, assets = linked, dex_zip = code.dex_zip, jni = jni, output = unsigned)
    check_alignment(ctx = ctx, tools = tools, apk = unsigned, output = alignment_report)
    sign_apk(
        ctx = ctx,
        tools = tools,
        unsigned = unsigned,
        alignment_report = alignment_report,
        keystore = ctx.attr.keystore[AndroidKeystoreInfo],
        min_sdk_version = ctx.attr.min_sdk_version,
        output = apk,
    )
    return unsigned, apk
