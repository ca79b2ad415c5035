"""Action functions that turn sources, resources and a model into an APK."""

load("//models/private:tool.bzl", "public_label")
load("//tools/jvm/private:compile.bzl", "jdk_of")

_JVM_FLAGS = [
    # Enough for D8 and apksigner on an app with every ABI; the default is a quarter of the machine.
    "-Xmx2g",
    # Sandboxes share /tmp but not process numbers, so JVMs would fight for the same statistics file.
    "-XX:-UsePerfData",
]

def _java(ctx):
    return jdk_of(ctx).java_executable_exec_path

def compile_resources(*, ctx, tools, resources, output):
    """Compiles resource files into a zip of aapt2's flat files."""
    args = ctx.actions.args()
    args.add("compile")
    args.add("-o", output)
    args.add_all(resources)
    ctx.actions.run(
        executable = tools.aapt2,
        arguments = [args],
        inputs = depset(resources, transitive = [tools.tool_files]),
        outputs = [output],
        mnemonic = "AaptCompile",
        progress_message = "Compiling resources of %s" % public_label(ctx.label),
    )

def link_resources(*, ctx, tools, android_jar, manifest, compiled, assets, settings, output, r_java, keep_rules):
    """Links resources, assets and the manifest into an APK without code, and writes R.java.

    Args:
      ctx: rule context.
      tools: AndroidToolsInfo.
      android_jar: platform to link against.
      manifest: AndroidManifest.xml.
      compiled: zip of compile_resources.
      assets: list of directories of the app's assets; models in them stay uncompressed.
      settings: struct of application_id, debuggable, min_sdk_version, target_sdk_version, version_code, version_name.
      output: the APK to write.
      r_java: directory to write R.java into.
      keep_rules: file to write R8 rules for what manifest and layouts name into.
    """
    args = ctx.actions.args()
    args.add("link")
    args.add("-I", android_jar)
    args.add("--manifest", manifest)
    for folder in assets:
        args.add("-A", folder.path)
    args.add("-0", ".tflite")
    args.add("--min-sdk-version", str(settings.min_sdk_version))
    args.add("--target-sdk-version", str(settings.target_sdk_version))
    args.add("--version-code", str(settings.version_code))
    args.add("--version-name", settings.version_name)
    if settings.application_id:
        args.add("--rename-manifest-package", settings.application_id)
    if settings.debuggable:
        args.add("--debug-mode")
    args.add("--proguard", keep_rules)
    args.add("--java", r_java.path)
    args.add("-o", output)
    args.add(compiled)
    ctx.actions.run(
        executable = tools.aapt2,
        arguments = [args],
        inputs = depset([android_jar, manifest, compiled] + assets, transitive = [tools.tool_files]),
        outputs = [output, r_java, keep_rules],
        mnemonic = "AaptLink",
        progress_message = "Linking resources of %s" % public_label(ctx.label),
    )

def dex(*, ctx, tools, android_jar, jars, min_sdk_version, output):
    """Compiles class files into a zip of classes*.dex."""
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
    args.add("-cp", tools.d8_jar)
    args.add("com.android.tools.r8.D8")
    args.add("--release")
    args.add("--min-api", str(min_sdk_version))
    args.add("--lib", android_jar)
    args.add("--lib", jdk.java_home)
    args.add("--output", output)
    args.add_all(jars)
    ctx.actions.run(
        executable = _java(ctx),
        arguments = [args],
        inputs = depset([android_jar, tools.d8_jar], transitive = [jars, jdk.files, tools.tool_files]),
        outputs = [output],
        mnemonic = "Dex",
        progress_message = "Dexing %s" % public_label(ctx.label),
    )

def shrink(*, ctx, tools, android_jar, jars, keep_rules, min_sdk_version, output, mapping):
    """Compiles class files into a zip of classes*.dex without what nothing uses; writes the map of new names."""
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
    args.add("-cp", tools.d8_jar)
    args.add("com.android.tools.r8.R8")
    args.add("--release")
    args.add("--min-api", str(min_sdk_version))
    args.add("--lib", android_jar)
    args.add("--lib", jdk.java_home)
    for rules in keep_rules:
        args.add("--pg-conf", rules)
    args.add("--pg-map-output", mapping)
    args.add("--output", output)
    args.add_all(jars)
    ctx.actions.run(
        executable = _java(ctx),
        arguments = [args],
        inputs = depset(
            [android_jar, tools.d8_jar] + keep_rules,
            transitive = [jars, jdk.files, tools.tool_files],
        ),
        outputs = [output, mapping],
        mnemonic = "Shrink",
        progress_message = "Shrinking %s" % public_label(ctx.label),
    )

def bundle_models(*, ctx, variants, runtime, pack, output):
    """Checks that model, manifest and labels belong together and copies them into an assets folder.

    Args:
      ctx: rule context.
      variants: list of VariantInfo, the app's first choice first.
      runtime: AndroidRuntimeInfo.
      pack: whether to compress models where that pays.
      output: the folder to write.
    """
    args = ctx.actions.args()
    args.add("--label", public_label(ctx.label))
    args.add("--runtime", runtime.version)
    if pack:
        args.add("--pack")
    inputs = []
    for variant in variants:
        args.add("--model", variant.model)
        args.add("--manifest", variant.manifest)
        args.add("--labels", variant.labels)
        args.add("--recipe", variant.recipe_name)
        args.add("--name", variant.name)
        inputs += [variant.model, variant.manifest, variant.labels]
    args.add("--out", output.path)
    ctx.actions.run(
        executable = ctx.executable._bundle_model,
        arguments = [args],
        inputs = inputs,
        outputs = [output],
        mnemonic = "BundleModel",
        progress_message = "Bundling %s into %s" % (
            ", ".join([variant.name for variant in variants]),
            public_label(ctx.label),
        ),
    )

def sample_images(*, ctx, image_set, count, output):
    """Copies a labelled sample of an image set (ImageSetInfo) into an assets folder."""
    args = ctx.actions.args()
    args.add("--label", public_label(ctx.label))
    args.add("--images", image_set.images)
    args.add("--classes", image_set.classes)
    args.add("--count", count)
    args.add("--out", output.path)
    ctx.actions.run(
        executable = ctx.executable._sample_images,
        arguments = [args],
        inputs = [image_set.images, image_set.classes],
        outputs = [output],
        mnemonic = "SampleImages",
        progress_message = "Choosing a sample for %s" % public_label(ctx.label),
    )

def expand_manifest(*, ctx, manifest, application_id, output):
    """Replaces ${applicationId}, as the Android Gradle plugin does; the manifest's package if it is empty."""
    ctx.actions.run_shell(
        command = """
set -eu
id=$3
[ -n "$id" ] || id=$(sed -n 's/.*[[:space:]]package="\\([^"]*\\)".*/\\1/p' "$1" | head -n 1)
sed "s/[$]{applicationId}/$id/g" "$1" > "$2"
""",
        arguments = [manifest.path, output.path, application_id],
        inputs = [manifest] + ctx.files._shell,
        outputs = [output],
        mnemonic = "ExpandManifest",
        progress_message = "Expanding the manifest of %s" % public_label(ctx.label),
    )

def pack_apk(*, ctx, resources, dex_zip, jni, output):
    """Packs everything into an aligned, unsigned APK; jni is a list of (ABI, File)."""
    args = ctx.actions.args()
    args.add("--resources", resources)
    args.add("--dex", dex_zip)
    for abi, library in jni:
        args.add("--jni", library, format = abi + "=%s")
    args.add("--out", output)
    ctx.actions.run(
        executable = ctx.executable._pack_apk,
        arguments = [args],
        inputs = [resources, dex_zip] + [library for _, library in jni],
        outputs = [output],
        mnemonic = "PackApk",
        progress_message = "Packing %s" % public_label(ctx.label),
    )

def check_alignment(*, ctx, tools, apk, output):
    """Lets zipalign check the packing; writes its report."""
    ctx.actions.run_shell(
        command = "'%s' -c -p -v 4 '%s' > '%s' || { grep BAD '%s' >&2; exit 1; }" % (
            tools.zipalign.executable.path,
            apk.path,
            output.path,
            output.path,
        ),
        tools = [tools.zipalign],
        inputs = depset([apk] + ctx.files._shell, transitive = [tools.tool_files]),
        outputs = [output],
        mnemonic = "CheckAlignment",
        progress_message = "Checking the alignment of %s" % public_label(ctx.label),
    )

def sign_apk(*, ctx, tools, unsigned, alignment_report, keystore, min_sdk_version, output):
    """Signs an APK with scheme v2 and newer, which keep its bytes and alignment."""
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
    args.add("-jar", tools.apksigner_jar)
    args.add("sign")
    args.add("--ks", keystore.keystore)
    args.add("--ks-key-alias", keystore.alias)
    args.add("--ks-pass", keystore.password, format = "file:%s")
    args.add("--min-sdk-version", str(min_sdk_version))
    args.add("--v1-signing-enabled", "false")
    args.add("--v4-signing-enabled", "false")
    args.add("--in", unsigned)
    args.add("--out", output)
    ctx.actions.run(
        executable = _java(ctx),
        arguments = [args],
        inputs = depset(
            [tools.apksigner_jar, keystore.keystore, keystore.password, unsigned, alignment_report],
            transitive = [jdk.files, tools.tool_files],
        ),
        outputs = [output],
        mnemonic = "SignApk",
        progress_message = "Signing %s" % public_label(ctx.label),
    )
