"""Action functions that turn sources, resources and a model into an APK."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/jvm/private:compile.bzl", "jdk_of")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")

_JVM_FLAGS = [
    # Enough for D8 and apksigner on an app with every ABI; the default is a quarter of the machine.
    "-Xmx2g",
    # Sandboxes share /tmp but not process numbers, so JVMs would fight for the same statistics file.
    "-XX:-UsePerfData",
]

def _run_aapt2(ctx, tools, args, inputs, outputs, mnemonic, progress):
    ctx.actions.run(
        executable = tools.aapt2,
        arguments = [args],
        inputs = depset(inputs, transitive = [tools.tool_files]),
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = "%s of %s" % (progress, public_label(ctx.label)),
    )

def _run_java(ctx, args, inputs, transitive, outputs, mnemonic, progress, execution_requirements = {}):
    jdk = jdk_of(ctx)
    ctx.actions.run(
        executable = jdk.java_executable_exec_path,
        arguments = [args],
        inputs = depset(inputs, transitive = transitive + [jdk.files]),
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = "%s %s" % (progress, public_label(ctx.label)),
        execution_requirements = execution_requirements,
    )

def _run_python(ctx, program, args, inputs, outputs, mnemonic, progress):
    ctx.actions.run(
        executable = program,
        arguments = [args],
        inputs = inputs,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = "%s %s" % (progress, public_label(ctx.label)),
        env = PYTHON_ENV,
    )

def compile_resources(*, ctx, tools, resources, output):
    """Compiles resource files into a zip of aapt2's flat files."""
    args = ctx.actions.args()
    args.add("compile")
    args.add("-o", output)
    args.add_all(resources)
    _run_aapt2(ctx, tools, args, resources, [output], "AaptCompile", "Compiling resources")

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
    inputs = [android_jar, manifest, compiled] + assets + ([notice] if notice else []) + libraries
    _run_aapt2(ctx, tools, args, inputs, outputs, "AaptLink", "Linking resources")

def convert_resources(*, ctx, tools, proto, output):
    """Turns an APK of `proto` form into the form that devices read."""
    args = ctx.actions.args()
    args.add("convert")
    args.add("--output-format", "binary")
    args.add("-o", output)
    args.add(proto)
    _run_aapt2(ctx, tools, args, [proto], [output], "AaptConvert", "Converting resources")

def _r8_args(ctx, tools, program, android_jar, min_sdk_version):
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
    args.add("-cp", tools.d8_jar)
    args.add("com.android.tools.r8." + program)
    args.add("--release")
    args.add("--min-api", str(min_sdk_version))
    args.add("--lib", android_jar)
    args.add("--lib", jdk_of(ctx).java_home)
    return args

def dex(*, ctx, tools, android_jar, jars, min_sdk_version, output):
    """Compiles class files into a zip of classes*.dex."""
    args = _r8_args(ctx, tools, "D8", android_jar, min_sdk_version)
    args.add("--output", output)
    args.add_all(jars)
    inputs = [android_jar, tools.d8_jar]
    _run_java(ctx, args, inputs, [jars, tools.tool_files], [output], "Dex", "Dexing")

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
    args = _r8_args(ctx, tools, "R8", android_jar, min_sdk_version)
    args.add_all(keep_rules, before_each = "--pg-conf")
    args.add("--pg-map-output", mapping)
    args.add("--android-resources", resources)
    args.add(shrunk_resources)
    args.add("--output", output)
    args.add_all(jars)
    _run_java(
        ctx,
        args,
        [android_jar, tools.d8_jar, resources] + keep_rules,
        [jars, tools.tool_files],
        [output, mapping, shrunk_resources],
        "Shrink",
        "Shrinking",
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
        files = [variant.model, variant.manifest, variant.labels]
        args.add_all("--model", files)
        args.add_all([variant.recipe_name, variant.name])
        inputs += files
    args.add("--out", output.path)
    progress = "Bundling %s into" % ", ".join([variant.name for variant in variants])
    _run_python(ctx, ctx.executable._bundle_model, args, inputs, [output], "BundleModel", progress)

def sample_images(*, ctx, image_set, count, output):
    """Copies a labelled sample of an image set (ImageSetInfo) into an assets folder."""
    args = ctx.actions.args()
    args.add("--label", public_label(ctx.label))
    args.add("--images", image_set.images)
    args.add("--classes", image_set.classes)
    args.add("--count", count)
    args.add("--out", output.path)
    _run_python(
        ctx,
        ctx.executable._sample_images,
        args,
        [image_set.images, image_set.classes],
        [output],
        "SampleImages",
        "Choosing a sample for",
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
    _run_python(
        ctx,
        ctx.executable._merge_manifest,
        args,
        inputs,
        [output],
        "MergeManifest",
        "Merging the manifests of",
    )

def _pack(ctx, program, resources, assets, dex_zip, jni, output, config, mnemonic, progress):
    args = ctx.actions.args()
    args.add("--resources", resources)
    args.add("--assets", assets)
    args.add("--dex", dex_zip)
    for abi, library in jni:
        args.add("--jni", library, format = abi + "=%s")
    args.add("--out", output)
    if config:
        args.add("--out-config", config)
    inputs = [resources, assets, dex_zip] + [library for _, library in jni]
    outputs = [output] + ([config] if config else [])
    _run_python(ctx, program, args, inputs, outputs, mnemonic, progress)

def pack_apk(*, ctx, resources, assets, dex_zip, jni, output):
    """Packs everything into an aligned, unsigned APK; jni is a list of (ABI, File).

    Assets are taken from the APK `assets`, all else of the app's from the APK `resources`.
    """
    program = ctx.executable._pack_apk
    _pack(ctx, program, resources, assets, dex_zip, jni, output, None, "PackApk", "Packing")

def pack_module(*, ctx, app, output, config):
    """Packs an app (AndroidAppInfo) as the base module of an app bundle, and writes bundletool's configuration."""
    _pack(
        ctx,
        ctx.executable._pack_module,
        app.proto_resources,
        app.resources,
        app.dex,
        app.jni,
        output,
        config,
        "PackModule",
        "Packing the module of",
    )

def build_bundle(*, ctx, module, config, output):
    """Lets Google's bundletool make an app bundle of one module."""
    classpath = ctx.attr._bundletool[JavaInfo].transitive_runtime_jars
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
    args.add_joined("-cp", classpath, join_with = ctx.configuration.host_path_separator)
    args.add("com.android.tools.build.bundletool.BundleToolMain")
    args.add("build-bundle")
    args.add(module, format = "--modules=%s")
    args.add(config, format = "--config=%s")
    args.add(output, format = "--output=%s")
    _run_java(ctx, args, [module, config], [classpath], [output], "BuildBundle", "Bundling")

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
    args = ctx.actions.args()
    args.add_all(_JVM_FLAGS)
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
    inputs = [tools.apksigner_jar, keystore.keystore, keystore.password, unsigned] + waits_for
    _run_java(
        ctx,
        args,
        inputs,
        [tools.tool_files],
        [output],
        "SignApk",
        "Signing",
        # Remote execution uploads inputs, of which the key and its password must stay on this machine.
        execution_requirements = {"no-remote": "1"},
    )

def sign_apk(*, ctx, tools, unsigned, alignment_report, keystore, min_sdk_version, output):
    """Signs an APK with scheme v2 and newer, which keep its bytes and alignment."""
    schemes = {"v1": "false", "v4": "false"}
    _sign(ctx, tools, unsigned, keystore, min_sdk_version, schemes, output, waits_for = [alignment_report])

def sign_bundle(*, ctx, tools, unsigned, keystore, min_sdk_version, output):
    """Signs an app bundle as a jar: the newer schemes are an APK's."""
    schemes = {"v1": "true", "v2": "false", "v3": "false", "v4": "false"}
    _sign(ctx, tools, unsigned, keystore, min_sdk_version, schemes, output)
