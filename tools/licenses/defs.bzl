"""Licences of what apps carry: `notice`, and what app rules use to pack one."""

load("//tools/pi:platform.bzl", "PiPlatformInfo")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")

ArtifactsInfo = provider(
    doc = "The Maven artifacts that a Java target ships, itself and by its dependencies.",
    fields = {"artifacts": "depset of struct(coordinates: string, archive: File)."},
)

# What leads to what ships. Not `provided_deps`, which the platform has.
_ATTRIBUTES = ["deps", "exports", "java"]

def _artifacts_impl(_target, ctx):
    direct = []
    if hasattr(ctx.rule.attr, "coordinates") and hasattr(ctx.rule.file, "jar"):
        direct.append(struct(coordinates = ctx.rule.attr.coordinates, archive = ctx.rule.file.jar))
    transitive = []
    for name in _ATTRIBUTES:
        value = getattr(ctx.rule.attr, name, None)
        for dep in value if type(value) == "list" else [value]:
            if type(dep) == "Target" and ArtifactsInfo in dep:
                transitive.append(dep[ArtifactsInfo].artifacts)
    return [ArtifactsInfo(artifacts = depset(direct, transitive = transitive))]

artifacts_aspect = aspect(
    implementation = _artifacts_impl,
    attr_aspects = _ATTRIBUTES,
    doc = "Collects ArtifactsInfo.",
)

NOTICE_ATTRS = {
    "_apache": attr.label(default = Label("//:LICENSE"), allow_single_file = True),
    "_collect_licenses": attr.label(default = Label("//tools/licenses:collect"), cfg = "exec", executable = True),
}

# For those that carry Java, too.
MAVEN_NOTICE_ATTRS = {
    "_maven_licenses": attr.label(default = Label("//third_party/maven:licenses.json"), allow_single_file = True),
    "_whole_archives": attr.label_keyed_string_dict(
        default = {Label("@maven//:tensorflow-lite_file"): "tensorflow-lite"},
        allow_files = True,
    ),
}

def collect_licenses(ctx, *, title, output, sites = [], targets = []):
    """Registers the action that writes a NOTICE file; it fails on a package without licence or text.

    Args:
      ctx: context of a rule with NOTICE_ATTRS, and MAVEN_NOTICE_ATTRS where `targets` are given.
      title: first line, what carries the packages.
      output: File to write.
      sites: list of Files: folders of installed Python packages.
      targets: list of targets that artifacts_aspect has visited.
    """
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    arguments.add("--label=" + public_label(ctx.label))
    arguments.add("--title=" + title)
    arguments.add("--standard=Apache-2.0=" + ctx.file._apache.path)
    inputs = [ctx.file._apache] + sites
    for site in sites:
        arguments.add("--site=" + site.path)
    if targets:
        inputs += _add_artifacts(ctx, arguments, targets)
    arguments.add("--out=" + output.path)
    ctx.actions.run(
        executable = ctx.executable._collect_licenses,
        arguments = [arguments],
        inputs = inputs,
        outputs = [output],
        mnemonic = "CollectLicenses",
        progress_message = "Collecting the licences of {}".format(public_label(ctx.label)),
        env = PYTHON_ENV,
    )

def _add_artifacts(ctx, arguments, targets):
    """Adds the Maven artifacts of targets; returns the files to read."""
    arguments.add("--maven-licenses=" + ctx.file._maven_licenses.path)
    inputs = [ctx.file._maven_licenses]
    artifacts = depset(transitive = [target[ArtifactsInfo].artifacts for target in targets]).to_list()
    for artifact in artifacts:
        arguments.add("--artifact={}={}".format(artifact.coordinates, artifact.archive.path))
        inputs.append(artifact.archive)
    names = {artifact.coordinates.split(":")[1]: True for artifact in artifacts}
    for target, name in ctx.attr._whole_archives.items():
        # Of an .aar, the build has the classes; its licence text lies beside them in the archive.
        if name in names:
            archive = target.files.to_list()[0]
            arguments.add("--archive={}={}".format(name, archive.path))
            inputs.append(archive)
    return inputs

def _notice_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    collect_licenses(
        ctx,
        title = ctx.attr.title,
        output = out,
        sites = [platform[PiPlatformInfo].site for platform in ctx.attr.platforms],
        targets = ctx.attr.java,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

notice = rule(
    implementation = _notice_impl,
    attrs = dict(
        dict(NOTICE_ATTRS, **MAVEN_NOTICE_ATTRS),
        java = attr.label_list(aspects = [artifacts_aspect], doc = "Java libraries and runtimes whose Maven artifacts ship."),
        platforms = attr.label_list(providers = [PiPlatformInfo], doc = "Raspberry Pi platforms whose Python packages ship."),
        title = attr.string(mandatory = True, doc = "First line: what carries the packages."),
    ),
    doc = "`<name>.txt`: every third-party package that ships, its licence, and each licence text once. " +
          "A package that states no licence, or has no text, fails the build.",
)
