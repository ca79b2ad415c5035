"""`android_aar`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")
load(":android_library.bzl", "AndroidLibraryInfo")

_POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{group}</groupId>
  <artifactId>{artifact}</artifactId>
  <version>{version}</version>
  <packaging>aar</packaging>
  <dependencies>
{dependencies}  </dependencies>
</project>
"""

_DEPENDENCY = """    <dependency>
      <groupId>{}</groupId>
      <artifactId>{}</artifactId>
      <version>{}</version>
      <scope>compile</scope>
    </dependency>
"""

def _dependency(label, coordinates):
    parts = coordinates.split(":")
    if len(parts) != 3:
        fail("%s: dependency \"%s\"; expected group:artifact:version" % (public_label(label), coordinates))
    return _DEPENDENCY.format(*parts)

def _add_library(ctx, args, library):
    """Adds what an `android_library` has beside its classes; returns the files to read."""
    if library.package != ctx.attr.package:
        fail("%s: package is \"%s\", expected \"%s\" as of its library %s; state the same" % (
            public_label(ctx.label),
            ctx.attr.package,
            library.package,
            public_label(ctx.attr.library.label),
        ))
    args.add("--manifest", library.manifest)
    inputs = [library.manifest] + library.resources
    rules = library.keep_rules.to_list()
    args.add_all(rules, before_each = "--keep-rules")
    args.add_all(library.resources, before_each = "--resource")
    if library.symbols:
        args.add("--symbols", library.symbols)
        inputs.append(library.symbols)
    return inputs + rules

def _android_aar_impl(ctx):
    jars = ctx.attr.library[JavaInfo].runtime_output_jars
    if len(jars) != 1:
        fail("%s: library %s has %d jars, expected one" % (
            public_label(ctx.label),
            public_label(ctx.attr.library.label),
            len(jars),
        ))
    aar = ctx.actions.declare_file(ctx.label.name + ".aar")
    pom = ctx.actions.declare_file(ctx.label.name + ".pom")
    args = ctx.actions.args()
    args.add("--classes", jars[0])
    args.add("--package", ctx.attr.package)
    args.add("--min-sdk", str(ctx.attr.min_sdk_version))
    inputs = jars + ctx.files.keep_rules
    for rules in ctx.files.keep_rules:
        args.add("--keep-rules", rules)
    if AndroidLibraryInfo in ctx.attr.library:
        inputs += _add_library(ctx, args, ctx.attr.library[AndroidLibraryInfo])
    args.add("--out", aar)
    ctx.actions.run(
        executable = ctx.executable._pack_aar,
        arguments = [args],
        inputs = inputs,
        outputs = [aar],
        mnemonic = "PackAar",
        progress_message = "Packing %s" % public_label(ctx.label),
        env = PYTHON_ENV,
    )
    ctx.actions.write(pom, _POM.format(
        artifact = ctx.label.name,
        dependencies = "".join([_dependency(ctx.label, text) for text in ctx.attr.dependencies]),
        group = ctx.attr.package,
        version = ctx.attr.version,
    ))
    return [DefaultInfo(files = depset([aar, pom]), runfiles = ctx.runfiles(files = [aar, pom]))]

android_aar = rule(
    implementation = _android_aar_impl,
    doc = "A Java library, or an `android_library` with its resources and manifest, as `<name>.aar`, with a `<name>.pom` that " +
          "names what it needs. The same inputs give the same bytes.",
    attrs = {
        "dependencies": attr.string_list(doc = "Maven coordinates group:artifact:version that the library needs."),
        "keep_rules": attr.label_list(allow_files = [".pro"], doc = "R8 rules that the app's shrinker follows."),
        "library": attr.label(mandatory = True, providers = [JavaInfo], doc = "Its own classes are packed, not its dependencies."),
        "min_sdk_version": attr.int(default = 24, doc = "Oldest API level that the library runs on."),
        "package": attr.string(mandatory = True, doc = "Package of the manifest (of an `android_library`, its own) and Maven group."),
        "version": attr.string(default = "1.0", doc = "Version of the library."),
        "_pack_aar": attr.label(
            default = Label("//android/private:pack_aar"),
            cfg = "exec",
            executable = True,
        ),
    },
)
