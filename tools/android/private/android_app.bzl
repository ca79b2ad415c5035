"""`android_app`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//models:providers.bzl", "ImageSetInfo", "VariantInfo")
load("//models/private:custom_ops.bzl", "refuse_custom_ops")
load("//tools/starlark:label.bzl", "public_label")
load("//tools/android:keystore.bzl", "AndroidKeystoreInfo")
load("//tools/android:runtime.bzl", "AndroidRuntimeInfo", "EXTRAS")
load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS", "compile_jar")
load("//tools/licenses:defs.bzl", "MAVEN_NOTICE_ATTRS", "NOTICE_ATTRS", "artifacts_aspect", "collect_licenses")
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
load(":android_library.bzl", "libraries_of", "merged", "platform_jar")

AndroidAppInfo = provider(
    doc = "An APK and the parts of it that tests need.",
    fields = {
        "abis": "list of strings: ABIs that it ships.",
        "android_jar": "File: platform that it was compiled against.",
        "apk": "File: signed APK.",
        "application_id": "string: its package on the device, or empty for the manifest's.",
        "debuggable": "bool: whether a debugger may attach.",
        "dex": "File: zip of its classes*.dex.",
        "java": "JavaInfo of its classes before shrinking, and their dependencies.",
        "jni": "list of (ABI, File): its native libraries.",
        "keystore": "AndroidKeystoreInfo: the key that signs it.",
        "manifest": "File: AndroidManifest.xml with ${applicationId} filled in and the libraries' manifests merged.",
        "min_sdk_version": "int",
        "proto_resources": "File: APK of what it ships of resources, and the manifest, in aapt2's proto form, without assets.",
        "resources": "File: APK of resources, assets and linked manifest, without code.",
        "runtime": "AndroidRuntimeInfo.",
        "target_sdk_version": "int",
        "variants": "list of VariantInfo: the models in it, the one that it begins with first.",
    },
)

# The classifier uses java.util.List.sort and the EXIF reader for streams, both of API 24.
_LOWEST_SDK = 24

# Under assets/: every package that the app carries, its licence, and the texts. The About screen shows it.
_NOTICE = "NOTICE.txt"

def _check_application_id(ctx):
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
        fail("%s: application_id \"%s\" is no Android package name; expected at least two words like com.example.app" % (
            public_label(ctx.label),
            name,
        ))

def _check_sdk(ctx):
    target = ctx.attr.target_sdk_version
    minimum = ctx.attr.min_sdk_version
    if minimum < _LOWEST_SDK or minimum > target:
        fail("%s: min_sdk_version %d; expected %d to the target_sdk_version %d" % (
            public_label(ctx.label),
            minimum,
            _LOWEST_SDK,
            target,
        ))

def _variants(ctx):
    """Returns the VariantInfo of each model, the first choice first."""
    variants = [target[VariantInfo] for target in [ctx.attr.model] + ctx.attr.more_models]
    refuse_custom_ops(ctx.label, variants, "whose kernels TensorFlow Lite's Java runtime takes from native code alone")
    seen = {}
    for variant in variants:
        if variant.name in seen:
            fail("%s: %s is in the app twice; expected each variant once in model and more_models" % (
                public_label(ctx.label),
                variant.name,
            ))
        seen[variant.name] = True
    return variants

def _extras(ctx, runtime):
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

def _jni(ctx, runtime, extras):
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

def _android_app_impl(ctx):
    tools = ctx.toolchains[TOOLCHAIN_TYPE].android
    runtime = ctx.attr.runtime[AndroidRuntimeInfo]
    variants = _variants(ctx)
    _check_application_id(ctx)
    android_jar = platform_jar(ctx, tools, "target_sdk_version")
    _check_sdk(ctx)
    extras = _extras(ctx, runtime)
    jni = _jni(ctx, runtime, extras)
    settings = struct(
        application_id = ctx.attr.application_id,
        debuggable = ctx.attr.debuggable,
        min_sdk_version = ctx.attr.min_sdk_version,
        target_sdk_version = ctx.attr.target_sdk_version,
        version_code = ctx.attr.version_code,
        version_name = ctx.attr.version_name,
    )

    work = ctx.label.name + ".parts/"
    compiled = ctx.actions.declare_file(work + "resources.zip")
    resources = ctx.actions.declare_file(work + "resources.apk")
    r_java = ctx.actions.declare_directory(work + "r_java")
    classes = ctx.actions.declare_file(work + "classes.jar")
    resource_rules = ctx.actions.declare_file(work + "resources.pro")
    dex_zip = ctx.actions.declare_file(work + "dex.zip")
    assets = ctx.actions.declare_directory(work + "assets")
    unsigned = ctx.actions.declare_file(work + "unsigned.apk")
    manifest = ctx.actions.declare_file(work + "AndroidManifest.xml")
    alignment_report = ctx.actions.declare_file(work + "alignment.txt")
    apk = ctx.actions.declare_file(ctx.label.name + ".apk")

    bundle_models(ctx = ctx, variants = variants, runtime = runtime, pack = ctx.attr.pack_models, output = assets)
    folders = [assets]
    if ctx.attr.sample:
        sample = ctx.actions.declare_directory(work + "sample")
        sample_images(
            ctx = ctx,
            image_set = ctx.attr.sample[ImageSetInfo],
            count = ctx.attr.sample_count,
            output = sample,
        )
        folders.append(sample)
    notice = ctx.actions.declare_file(work + "licences/" + _NOTICE)
    collect_licenses(
        ctx,
        title = "%s, an app by model_press" % ctx.label.name,
        output = notice,
        targets = ctx.attr.deps + [ctx.attr.runtime],
    )
    needed = libraries_of(ctx.attr.deps)
    libraries = merged(needed, "libraries").to_list()
    library_resources = merged(needed, "compiled")
    merge_manifest(
        ctx = ctx,
        manifest = ctx.file.manifest,
        libraries = libraries,
        application_id = ctx.attr.application_id,
        min_sdk_version = ctx.attr.min_sdk_version,
        output = manifest,
    )
    compile_resources(ctx = ctx, tools = tools, resources = ctx.files.resources, output = compiled)
    link_resources(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        manifest = manifest,
        compiled = compiled,
        library_resources = library_resources,
        assets = folders,
        notice = notice,
        settings = settings,
        output = resources,
        r_java = r_java,
        r_packages = [library.package for library in libraries if library.has_resources],
        keep_rules = resource_rules,
    )

    deps = [dep[JavaInfo] for dep in ctx.attr.deps] + [part.java for part in [runtime] + extras]
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs + [r_java],
        output = classes,
        classpath = depset([android_jar], transitive = [dep.transitive_compile_time_jars for dep in deps]),
    )
    java = JavaInfo(output_jar = classes, compile_jar = classes, deps = deps)
    groups = {"unshrunk_resources": depset([resources]), "unsigned": depset([unsigned])}
    packed_resources = resources
    proto = ctx.actions.declare_file(work + "resources.proto.apk")
    link_resources(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        manifest = manifest,
        compiled = compiled,
        library_resources = library_resources,
        settings = settings,
        output = proto,
        proto = True,
    )
    packed_proto = proto
    if ctx.attr.shrink:
        mapping = ctx.actions.declare_file(ctx.label.name + ".mapping.txt")
        groups["mapping"] = depset([mapping])
        packed_proto = ctx.actions.declare_file(work + "shrunk.proto.apk")
        packed_resources = ctx.actions.declare_file(work + "shrunk.apk")
        shrink(
            ctx = ctx,
            tools = tools,
            android_jar = android_jar,
            jars = java.transitive_runtime_jars,
            keep_rules = [ctx.file._android_rules, resource_rules] + runtime.keep_rules.to_list() +
                         merged(needed, "keep_rules").to_list() + ctx.files.keep_rules,
            min_sdk_version = ctx.attr.min_sdk_version,
            resources = proto,
            output = dex_zip,
            mapping = mapping,
            shrunk_resources = packed_proto,
        )
        convert_resources(ctx = ctx, tools = tools, proto = packed_proto, output = packed_resources)
    else:
        dex(
            ctx = ctx,
            tools = tools,
            android_jar = android_jar,
            jars = java.transitive_runtime_jars,
            min_sdk_version = ctx.attr.min_sdk_version,
            output = dex_zip,
        )
    pack_apk(ctx = ctx, resources = packed_resources, assets = resources, dex_zip = dex_zip, jni = jni, output = unsigned)
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
    return [
        DefaultInfo(files = depset([apk]), runfiles = ctx.runfiles(files = [apk])),
        OutputGroupInfo(**groups),
        AndroidAppInfo(
            abis = sorted({abi: True for abi, _ in jni}),
            android_jar = android_jar,
            apk = apk,
            application_id = ctx.attr.application_id,
            debuggable = ctx.attr.debuggable,
            dex = dex_zip,
            java = java,
            jni = jni,
            keystore = ctx.attr.keystore[AndroidKeystoreInfo],
            manifest = manifest,
            min_sdk_version = ctx.attr.min_sdk_version,
            proto_resources = packed_proto,
            resources = resources,
            runtime = runtime,
            target_sdk_version = ctx.attr.target_sdk_version,
            variants = variants,
        ),
    ]

android_app = rule(
    implementation = _android_app_impl,
    doc = """An Android app that carries one model or several variants of it.

    Its output is `<name>.apk`: signed with scheme v2, aligned, installable. The .tflite, the native
    libraries and the resource table are stored uncompressed, so that they are mapped, not copied.
    The same inputs and the same key give the same bytes. Sources, resources and manifest are those
    of the demo app unless stated; a team with its own app states all three. The licences of all that it carries
    are its asset NOTICE.txt.
    """,
    attrs = dict(
        dict(dict(JDK_ATTRS, **NOTICE_ATTRS), **MAVEN_NOTICE_ATTRS),
        abis = attr.string_list(doc = "ABIs to ship; all of the runtime's if empty."),
        application_id = attr.string(doc = "Package on the device, such as com.example.app; the manifest's if empty."),
        debuggable = attr.bool(doc = "Lets a debugger attach, and anyone with a cable read the app's data."),
        deps = attr.label_list(
            aspects = [artifacts_aspect],
            default = [
                Label("//android/core"),
                Label("//android/gpu"),
            ],
            providers = [JavaInfo],
            doc = "Java libraries and `android_library`s; the classifier is //android/core, and //android/gpu prepares frames for it.",
        ),
        gpu = attr.bool(doc = "Ships the runtime's GPU delegate."),
        keep_rules = attr.label_list(
            allow_files = [".pro"],
            doc = "R8 rules for `shrink`, beside the runtime's and those for the framework, manifest and layouts.",
        ),
        keystore = attr.label(
            default = Label("@android_debug_keystore//:keystore"),
            providers = [AndroidKeystoreInfo],
            doc = "An `android_keystore`; by default this user's debug key, which no store accepts.",
        ),
        manifest = attr.label(
            default = Label("//android/app:AndroidManifest.xml"),
            allow_single_file = [".xml"],
            doc = "AndroidManifest.xml; SDK levels, versions and the package are set from the attributes.",
        ),
        min_sdk_version = attr.int(default = 24, doc = "Oldest API level that the app installs on, 24 or higher."),
        model = attr.label(
            mandatory = True,
            providers = [VariantInfo],
            doc = "The variant to ship; found in the APK under assets/models/<variant>/.",
        ),
        more_models = attr.label_list(
            providers = [VariantInfo],
            doc = "Further variants, for the app's picker and its benchmark.",
        ),
        pack_models = attr.bool(
            doc = "Compresses each model that shrinks by a fifth or more, such as a pruned one. It makes the download " +
                  "smaller; the app unpacks the model to a file at its first use, so that the phone holds both.",
        ),
        resources = attr.label_list(
            default = [Label("//android/app:resources")],
            allow_files = True,
            doc = "Files of a res folder.",
        ),
        runtime = attr.label(
            aspects = [artifacts_aspect],
            default = Label("//tools/android/runtimes:tensorflow_lite"),
            providers = [AndroidRuntimeInfo],
            doc = "The `android_runtime` to ship; a variant that it cannot load is refused.",
        ),
        sample = attr.label(
            providers = [ImageSetInfo],
            doc = "A labelled image_set; the app's benchmark states accuracy on a part of it, bundled under assets/sample/.",
        ),
        sample_count = attr.int(default = 200, doc = "Images of the sample to bundle."),
        select_tf_ops = attr.bool(doc = "Ships the runtime's TensorFlow kernels, for models with operators that it lacks."),
        shrink = attr.bool(
            doc = "Drops and renames classes with R8 and drops resources that nothing leads to; output group `mapping` has " +
                  "the names for stack traces. A resource that is only looked up by name at run time is kept by " +
                  "tools:keep in res/raw/keep.xml.",
        ),
        srcs = attr.label_list(
            default = [Label("//android/app:sources")],
            allow_files = [".java"],
            doc = "Java sources of the app itself.",
        ),
        target_sdk_version = attr.int(
            default = 35,
            doc = "API level that the app is compiled for and behaves by; the toolchain needs its platform jar.",
        ),
        version_code = attr.int(default = 1, doc = "Number that a store and a phone compare: higher with each release."),
        version_name = attr.string(default = "1.0", doc = "Version that people read."),
        _android_rules = attr.label(
            default = Label("//tools/android/private:android.pro"),
            allow_single_file = True,
        ),
        _bundle_model = attr.label(
            default = Label("//tools/android/private:bundle_model"),
            cfg = "exec",
            executable = True,
        ),
        _merge_manifest = attr.label(
            default = Label("//tools/android/private:merge_manifest"),
            cfg = "exec",
            executable = True,
        ),
        _sample_images = attr.label(
            default = Label("//tools/android/private:sample_images"),
            cfg = "exec",
            executable = True,
        ),
        _pack_apk = attr.label(
            default = Label("//tools/android/private:pack_apk"),
            cfg = "exec",
            executable = True,
        ),
    ),
    toolchains = [TOOLCHAIN_TYPE],
)
