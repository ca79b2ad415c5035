"""Action functions that turn sources, resources and a model into an APK."""

load("//tools/jvm/private:compile.bzl", "jdk_of")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")

JVM_FLAGS = [
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

def link_resources(
        *,
        ctx,
        tools,
        android_jar,
        manifest,
        compiled,
        settings,
        output,
        library_resources = depset(),
        assets = [],
        notice = None,
        r_java = None,
        r_packages = [],
        keep_rules = None,
        symbols = None,
        proto = False):
    """Links resources, assets and the manifest into an APK without code, and writes R.java.

    Args:
      ctx: rule context.
      tools: AndroidToolsInfo.
      android_jar: platform to link against.
      manifest: AndroidManifest.xml.
      compiled: zip of compile_resources.
      settings: struct of application_id, debuggable, min_sdk_version, target_sdk_version, version_code, version_name.
      output: the APK to write.
      library_resources: depset of zips of compile_resources, each library after those that it needs.
      assets: list of directories of the app's assets; models in them stay uncompressed.
      notice: a file that lies in a folder of its own, put beside the assets.
      r_java: directory to write R.java into.
      r_packages: further packages to write an R class for.
      keep_rules: file to write R8 rules for what manifest and layouts name into.
      symbols: file to write the list of resources into, as an .aar carries it.
      proto: whether to write the form that R8 and app bundles take.
    """
    args = ctx.actions.args()
    args.add("link")
    args.add("-I", android_jar)
    args.add("--manifest", manifest)
    for folder in assets:
        args.add("-A", folder.path)
    if notice:
        args.add("-A", notice.dirname)
    args.add("-0", ".tflite")
    args.add("--min-sdk-version", str(settings.min_sdk_version))
    args.add("--target-sdk-version", str(settings.target_sdk_version))
    args.add("--version-code", str(settings.version_code))
    args.add("--version-name", settings.version_name)
    if settings.application_id:
        args.add("--rename-manifest-package", settings.application_id)
    if settings.debuggable:
        args.add("--debug-mode")
    outputs = [output]
    if proto:
        args.add("--proto-format")
    if keep_rules:
        args.add("--proguard", keep_rules)
        outputs.append(keep_rules)
    if symbols:
        args.add("--output-text-symbols", symbols)
        outputs.append(symbols)
    if r_java:
        args.add("--java", r_java.path)

        # javac would write a constant's value into the code, where R8 does not see that the resource is used. A library's numbers
        # are not known before its app's are.
        args.add("--non-final-ids")
        if r_packages:
            args.add_joined("--extra-packages", r_packages, join_with = ":")
        outputs.append(r_java)
    args.add("-o", output)
    libraries = library_resources.to_list()
    if libraries:
        # The app's own come last and stand in for a library's of the same name.
        args.add("--auto-add-overlay")
        args.add_all(libraries + [compiled], before_each = "-R")
    else:
        args.add(compiled)
    ctx.actions.run(
        executable = tools.aapt2,
        arguments = [args],
        inputs = depset(
            [android_jar, manifest, compiled] + assets + ([notice] if notice else []) + libraries,
            transitive = [tools.tool_files],
        ),
        outputs = outputs,
        mnemonic = "AaptLink",
        progress_message = "Linking resources of %s" % public_label(ctx.label),
    )

def convert_resources(*, ctx, tools, proto, output):
    """Turns an APK of `proto` form into the form that devices read."""
    args = ctx.actions.args()
    args.add("convert")
    args.add("--output-format", "binary")
    args.add("-o", output)
    args.add(proto)
    ctx.actions.run(
        executable = tools.aapt2,
        arguments = [args],
        inputs = depset([proto], transitive = [tools.tool_files]),
        outputs = [output],
        mnemonic = "AaptConvert",
        progress_message = "Converting resources of %s" % public_label(ctx.label),
    )

def dex(*, ctx, tools, android_jar, jars, min_sdk_version, output):
    """Compiles class files into a zip of classes*.dex."""
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(JVM_FLAGS)
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

def shrink(*, ctx, tools, android_jar, jars, keep_rules, min_sdk_version, resources, output, mapping, shrunk_resources):
    """Compiles class files into a zip of classes*.dex without what nothing uses.

    Args:
      ctx: rule context.
      tools: AndroidToolsInfo.
      android_jar: platform to compile against.
      jars: depset of class files.
      keep_rules: list of R8 rule files.
      min_sdk_version: oldest API level.
      resources: link_resources' APK of `proto` form, without assets.
      output: the zip to write.
      mapping: file to write the new names of classes into.
      shrunk_resources: the APK to write: `resources` without what neither classes nor manifest lead to.
    """
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(JVM_FLAGS)
    args.add("-cp", tools.d8_jar)
    args.add("com.android.tools.r8.R8")
    args.add("--release")
    args.add("--min-api", str(min_sdk_version))
    args.add("--lib", android_jar)
    args.add("--lib", jdk.java_home)
    for rules in keep_rules:
        args.add("--pg-conf", rules)
    args.add("--pg-map-output", mapping)
    args.add("--android-resources", resources)
    args.add(shrunk_resources)
    args.add("--output", output)
    args.add_all(jars)
    ctx.actions.run(
        executable = _java(ctx),
        arguments = [args],
        inputs = depset(
            [android_jar, tools.d8_jar, resources] + keep_rules,
            transitive = [jars, jdk.files, tools.tool_files],
        ),
        outputs = [output, mapping, shrunk_resources],
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
        env = PYTHON_ENV,
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
        env = PYTHON_ENV,
    )

def merge_manifest(*, ctx, manifest, libraries, application_id, min_sdk_version, output):
    """Writes the app's manifest with what its libraries (structs of AndroidLibraryInfo.libraries) declare.

    ${applicationId} is replaced, as the Android Gradle plugin does; by the manifest's package if it is empty.
    """
    args = ctx.actions.args()
    args.add("--label", public_label(ctx.label))
    args.add("--manifest", manifest)
    args.add("--application-id", application_id)
    args.add("--min-sdk", str(min_sdk_version))
    inputs = [manifest]
    for library in libraries:
        args.add_all("--library", [library.name, str(library.min_sdk_version), library.manifest.path])
        inputs.append(library.manifest)
    args.add("--out", output)
    ctx.actions.run(
        executable = ctx.executable._merge_manifest,
        arguments = [args],
        inputs = inputs,
        outputs = [output],
        mnemonic = "MergeManifest",
        progress_message = "Merging the manifests of %s" % public_label(ctx.label),
        env = PYTHON_ENV,
    )

def pack_apk(*, ctx, resources, assets, dex_zip, jni, output):
    """Packs everything into an aligned, unsigned APK; jni is a list of (ABI, File).

    Assets are taken from the APK `assets`, all else of the app's from the APK `resources`.
    """
    args = ctx.actions.args()
    args.add("--resources", resources)
    args.add("--assets", assets)
    args.add("--dex", dex_zip)
    for abi, library in jni:
        args.add("--jni", library, format = abi + "=%s")
    args.add("--out", output)
    ctx.actions.run(
        executable = ctx.executable._pack_apk,
        arguments = [args],
        inputs = [resources, assets, dex_zip] + [library for _, library in jni],
        outputs = [output],
        mnemonic = "PackApk",
        progress_message = "Packing %s" % public_label(ctx.label),
        env = PYTHON_ENV,
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

def _sign(ctx, tools, unsigned, keystore, min_sdk_version, schemes, output, waits_for = []):
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add_all(JVM_FLAGS)
    args.add("-jar", tools.apksigner_jar)
    args.add("sign")
    args.add("--ks", keystore.keystore)
    args.add("--ks-key-alias", keystore.alias)
    args.add("--ks-pass", keystore.password, format = "file:%s")
    args.add("--min-sdk-version", str(min_sdk_version))
    for scheme, enabled in schemes.items():
        args.add("--%s-signing-enabled" % scheme, enabled)
    args.add("--in", unsigned)
    args.add("--out", output)
    ctx.actions.run(
        executable = _java(ctx),
        arguments = [args],
        inputs = depset(
            [tools.apksigner_jar, keystore.keystore, keystore.password, unsigned] + waits_for,
            transitive = [jdk.files, tools.tool_files],
        ),
        outputs = [output],
        mnemonic = "SignApk",
        progress_message = "Signing %s" % public_label(ctx.label),
    )

def sign_apk(*, ctx, tools, unsigned, alignment_report, keystore, min_sdk_version, output):
    """Signs an APK with scheme v2 and newer, which keep its bytes and alignment."""
    schemes = {"v1": "false", "v4": "false"}
    _sign(ctx, tools, unsigned, keystore, min_sdk_version, schemes, output, waits_for = [alignment_report])

def sign_bundle(*, ctx, tools, unsigned, keystore, min_sdk_version, output):
    """Signs an app bundle as a jar: the newer schemes are an APK's."""
    schemes = {"v1": "true", "v2": "false", "v3": "false", "v4": "false"}
    _sign(ctx, tools, unsigned, keystore, min_sdk_version, schemes, output)
