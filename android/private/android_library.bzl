"""`android_library`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS", "compile_jar")
load("//tools/starlark:label.bzl", "public_label")
load(":actions.bzl", "compile_resources", "link_resources")

AndroidLibraryInfo = provider(
    doc = "What an Android library brings into an app beside its classes.",
    fields = {
        "compiled": "depset of File: zips of compiled resources, each library after those that it needs.",
        "keep_rules": "depset of File: R8 rules that the app's shrinker follows.",
        "libraries": "depset of struct(name: string, package: string, min_sdk_version: int, manifest: File, has_resources: bool), " +
                     "each library after those that it needs.",
        "manifest": "File: the library's own AndroidManifest.xml.",
        "package": "string: package of its R class.",
        "r_jars": "depset of File: R classes to compile against; the app has its own.",
        "resources": "list of File: files of its res folder.",
        "symbols": "File: the list of resources that an .aar carries, or None.",
    },
)

_MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="%s" />
"""

def libraries_of(deps):
    """AndroidLibraryInfo of those targets that have it."""
    return [dep[AndroidLibraryInfo] for dep in deps if AndroidLibraryInfo in dep]

def merged(infos, field):
    """The union of a depset field of AndroidLibraryInfo."""
    return depset(transitive = [getattr(info, field) for info in infos], order = "postorder")

def platform_jar(ctx, tools, attribute):
    """The platform jar of the level that an integer attribute names; fails where the SDK has none.

    Args:
      ctx: rule context.
      tools: struct of the Android toolchain.
      attribute: the attribute's name.
    """
    level = getattr(ctx.attr, attribute)
    if level not in tools.android_jars:
        fail("%s: %s %d has no platform jar in %s, which has %s" % (
            public_label(ctx.label),
            attribute,
            level,
            tools.origin,
            ", ".join([str(known) for known in sorted(tools.android_jars)]),
        ))
    return tools.android_jars[level]

def _manifest(ctx):
    if ctx.file.manifest:
        return ctx.file.manifest
    manifest = ctx.actions.declare_file(ctx.label.name + ".parts/AndroidManifest.xml")
    ctx.actions.write(manifest, _MANIFEST % ctx.attr.package)
    return manifest

def _r_class(ctx, tools, android_jar, manifest, compiled, library_resources):
    """Registers the actions that make the R class to compile against; returns its jar and the list of resources."""
    work = ctx.label.name + ".parts/"
    r_java = ctx.actions.declare_directory(work + "r_java")
    symbols = ctx.actions.declare_file(work + "R.txt")
    jar = ctx.actions.declare_file(work + "r.jar")
    link_resources(
        ctx = ctx,
        tools = tools,
        android_jar = android_jar,
        manifest = manifest,
        compiled = compiled,
        library_resources = library_resources,
        settings = struct(
            application_id = "",
            debuggable = False,
            min_sdk_version = ctx.attr.min_sdk_version,
            target_sdk_version = ctx.attr.compile_sdk_version,
            version_code = 1,
            version_name = "1",
        ),
        output = ctx.actions.declare_file(work + "resources.apk"),
        r_java = r_java,
        symbols = symbols,
    )
    compile_jar(ctx = ctx, srcs = [r_java], output = jar, classpath = depset())
    return jar, symbols

def _android_library_impl(ctx):
    tools = ctx.toolchains[TOOLCHAIN_TYPE].android
    android_jar = platform_jar(ctx, tools, "compile_sdk_version")
    if ctx.attr.package.count(".") < 1:
        fail("%s: package \"%s\" is not an Android package name; expected at least two words like com.example.scanner" % (
            public_label(ctx.label),
            ctx.attr.package,
        ))
    manifest = _manifest(ctx)
    needed = libraries_of(ctx.attr.deps)
    compiled = []
    r_jars = []
    symbols = None
    if ctx.files.resources:
        zip = ctx.actions.declare_file(ctx.label.name + ".parts/resources.zip")
        compile_resources(ctx = ctx, tools = tools, resources = ctx.files.resources, output = zip)
        compiled.append(zip)
        jar, symbols = _r_class(ctx, tools, android_jar, manifest, zip, merged(needed, "compiled"))
        r_jars.append(jar)
    all_r_jars = depset(r_jars, transitive = [info.r_jars for info in needed], order = "postorder")
    deps = [dep[JavaInfo] for dep in ctx.attr.deps]
    jar = ctx.actions.declare_file("lib%s.jar" % ctx.label.name)
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs,
        output = jar,
        classpath = depset(
            [android_jar],
            transitive = [all_r_jars] + [dep.transitive_compile_time_jars for dep in deps],
        ),
    )
    library = struct(
        has_resources = bool(ctx.files.resources),
        manifest = manifest,
        min_sdk_version = ctx.attr.min_sdk_version,
        name = public_label(ctx.label),
        package = ctx.attr.package,
    )
    return [
        DefaultInfo(files = depset([jar])),
        JavaInfo(output_jar = jar, compile_jar = jar, deps = deps),
        AndroidLibraryInfo(
            compiled = depset(compiled, transitive = [info.compiled for info in needed], order = "postorder"),
            keep_rules = depset(
                ctx.files.keep_rules,
                transitive = [info.keep_rules for info in needed],
                order = "postorder",
            ),
            libraries = depset([library], transitive = [info.libraries for info in needed], order = "postorder"),
            manifest = manifest,
            package = ctx.attr.package,
            r_jars = all_r_jars,
            resources = ctx.files.resources,
            symbols = symbols,
        ),
    ]

android_library = rule(
    implementation = _android_library_impl,
    doc = """Java classes with Android resources and a manifest of their own, for `android_app(deps = ...)` and `android_aar`.

    The app merges what the manifest declares: permissions, features, queries and components. Where two manifests disagree the
    build says so, and the app's own decides by tools:node="replace" or "remove". A resource of the app stands in for a
    library's of the same name.
    """,
    attrs = dict(
        JDK_ATTRS,
        compile_sdk_version = attr.int(default = 35, doc = "API level that the library is compiled against."),
        deps = attr.label_list(
            providers = [JavaInfo],
            doc = "Java and Android libraries that it uses; the app gets them, too.",
        ),
        keep_rules = attr.label_list(allow_files = [".pro"], doc = "R8 rules that the app's shrinker follows."),
        manifest = attr.label(
            allow_single_file = [".xml"],
            doc = "AndroidManifest.xml with the library's `package`; without one, it declares nothing.",
        ),
        min_sdk_version = attr.int(default = 24, doc = "Oldest API level that the library runs on; an app of an older one is refused."),
        package = attr.string(mandatory = True, doc = "Package of its R class and its manifest."),
        resources = attr.label_list(allow_files = True, doc = "Files of a res folder."),
        srcs = attr.label_list(allow_files = [".java"], doc = "Java sources."),
    ),
    provides = [JavaInfo, AndroidLibraryInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
