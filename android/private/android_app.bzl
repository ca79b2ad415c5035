"""`android_app`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//models:providers.bzl", "ImageSetInfo", "VariantInfo")
load("//tools/android:keystore.bzl", "AndroidKeystoreInfo")
load("//tools/android:runtime.bzl", "AndroidRuntimeInfo")
load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS")
load("//tools/licenses:defs.bzl", "MAVEN_NOTICE_ATTRS", "NOTICE_ATTRS", "artifacts_aspect")
load(":android_app_checks.bzl", "check_application_id", "check_sdk", "extras_of", "jni_of", "variants_of")
load(":android_app_steps.bzl", "bundle_assets", "compile_classes", "dex_code", "merge_and_link", "pack_and_sign", "shrink_code")
load(":android_library.bzl", "platform_jar")

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
        "min_sdk_version": "int: oldest API level that it installs on.",
        "proto_resources": "File: APK of what it ships of resources, and the manifest, in aapt2's proto form, without assets.",
        "resources": "File: APK of resources, assets and linked manifest, without code.",
        "runtime": "AndroidRuntimeInfo: the runtime in it.",
        "target_sdk_version": "int: API level that it is compiled for and behaves by.",
        "variants": "list of VariantInfo: the models in it, the one that it begins with first.",
    },
)

_PROGRAMS = {
    "_" + program: attr.label(
        default = Label("//android/private:" + program),
        cfg = "exec",
        executable = True,
    )
    for program in ["bundle_model", "merge_manifest", "pack_apk", "sample_images"]
}

def _android_app_impl(ctx):
    tools = ctx.toolchains[TOOLCHAIN_TYPE].android
    runtime = ctx.attr.runtime[AndroidRuntimeInfo]
    variants = variants_of(ctx)
    check_application_id(ctx)
    android_jar = platform_jar(ctx, tools, "target_sdk_version")
    check_sdk(ctx)
    extras = extras_of(ctx, runtime)
    jni = jni_of(ctx, runtime, extras)

    assets = bundle_assets(ctx, runtime, variants)
    resources = merge_and_link(ctx, tools, android_jar, assets)
    java = compile_classes(ctx, android_jar, resources.r_java, [runtime] + extras)
    if ctx.attr.shrink:
        code = shrink_code(ctx, tools, android_jar, runtime, java, resources)
    else:
        code = dex_code(ctx, tools, android_jar, java, resources)
    unsigned, apk = pack_and_sign(ctx, tools, code, resources.linked, jni)

    groups = {"unshrunk_resources": depset([resources.linked]), "unsigned": depset([unsigned])}
    if code.mapping:
        groups["mapping"] = depset([code.mapping])
    return [
        DefaultInfo(files = depset([apk]), runfiles = ctx.runfiles(files = [apk])),
        OutputGroupInfo(**groups),
        AndroidAppInfo(
            abis = sorted({abi: True for abi, _ in jni}),
            android_jar = android_jar,
            apk = apk,
            application_id = ctx.attr.application_id,
            debuggable = ctx.attr.debuggable,
            dex = code.dex_zip,
            java = java,
            jni = jni,
            keystore = ctx.attr.keystore[AndroidKeystoreInfo],
            manifest = resources.manifest,
            min_sdk_version = ctx.attr.min_sdk_version,
            proto_resources = code.proto,
            resources = resources.linked,
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
        dict(dict(dict(JDK_ATTRS, **NOTICE_ATTRS), **MAVEN_NOTICE_ATTRS), **_PROGRAMS),
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
            default = Label("//android/private:android.pro"),
            allow_single_file = True,
        ),
    ),
    toolchains = [TOOLCHAIN_TYPE],
)
