"""`maven_repository`: locked Maven artifacts, fetched by the user's own mvn, as Java targets."""

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_LOCK_COMMAND = "bazel run //tools/maven:lock"
_RULES = Label("//tools/maven:artifact.bzl")

# A first fetch is 300 MB a repository; a slow line needs longer than Bazel's 10 minutes.
_TIMEOUT_SECONDS = 3600

_EXCLUDE_ALL = (
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
)

# What Maven and Java say, as lower-case parts of a line, and what that means for the user.
_NO_NETWORK = "no network: Maven's repository cannot be reached (mirrors and proxies belong in ~/.m2/settings.xml)"
_MISSING = "an artifact is missing in the user's Maven repository"
_NO_JDK = "mvn finds no JDK; ./bazelw installs one on Debian"
_REASONS = {
    "no space left on device": "the disk is full; free some space",
    "disk quota exceeded": "the disk is full; free some space",
    "unknown host": _NO_NETWORK,
    "unknownhostexception": _NO_NETWORK,
    "name resolution": _NO_NETWORK,
    "connection refused": _NO_NETWORK,
    "connect timed out": _NO_NETWORK,
    "network is unreachable": _NO_NETWORK,
    "no route to host": _NO_NETWORK,
    "could not transfer": _NO_NETWORK,
    "connection reset": _NO_NETWORK,
    "cannot access": _NO_NETWORK,
    "could not find artifact": _MISSING,
    "was not found in": _MISSING,
    "java_home": _NO_JDK,
    "no compiler": _NO_JDK,
    "unable to locate a java runtime": _NO_JDK,
}

def _fail(rctx, problem):
    fail("@%s: %s" % (rctx.attr.repository, problem))

def _file_name(artifact):
    _, name, packaging, version = artifact["coordinates"].split(":")
    return "%s-%s.%s" % (name, version, packaging)

def _dependency(artifact):
    group, name, packaging, version = artifact["coordinates"].split(":")
    return (
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>" +
        "<type>{}</type>{}</dependency>"
    ).format(group, name, version, packaging, _EXCLUDE_ALL)

def _pom(artifacts):
    return (
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>" +
        "<groupId>model_press</groupId><artifactId>fetch</artifactId><version>1</version>" +
        "<packaging>pom</packaging><dependencies>%s</dependencies></project>\n"
    ) % "".join([_dependency(artifact) for artifact in artifacts])

def _reason(output):
    lowered = output.lower()
    return ([reason for part, reason in _REASONS.items() if part in lowered] + ["mvn failed"])[0]

def _first_error(output):
    for line in output.split("\n"):
        # Some builds of Maven colour even a log that goes to a file.
        text = line.partition("[ERROR]")[2].strip()
        if text:
            return text.partition(" -> [Help")[0]
    return output.strip().split("\n")[-1]

def _download(rctx, artifacts):
    mvn = rctx.which("mvn")
    if not mvn:
        _fail(rctx, "mvn is not installed and fetches the Java parts; ./bazelw installs it (Debian package maven)")
    rctx.file("pom.xml", _pom(artifacts))
    rctx.report_progress("mvn fetches %d artifacts" % len(artifacts))
    run = rctx.execute(
        [mvn, "-B", "-q", "-f", rctx.path("pom.xml"), _PLUGIN, "-DoutputDirectory=%s" % rctx.path("files")],
        # Maven runs for seconds: the second compiler takes as much time as all the rest.
        environment = {"MAVEN_OPTS": (rctx.os.environ.get("MAVEN_OPTS", "") + " -XX:TieredStopAtLevel=1").strip()},
        timeout = _TIMEOUT_SECONDS,
    )
    if run.return_code != 0:
        output = run.stdout + run.stderr
        _fail(rctx, "%s: %s" % (_reason(output), _first_error(output)))

def _verify(rctx, artifacts):
    """Refuses fetched files that are not the locked ones."""

    # macOS has shasum, Linux sha256sum.
    hasher = ["sha256sum"] if rctx.which("sha256sum") else ["shasum", "-a", "256"]
    for artifact in artifacts:
        file = "files/" + _file_name(artifact)
        if not rctx.path(file).exists:
            _fail(rctx, "%s: mvn did not deliver it; re-lock with: %s" % (artifact["coordinates"], _LOCK_COMMAND))
        run = rctx.execute(hasher + [file])
        if run.return_code != 0:
            _fail(rctx, "%s: cannot hash it: %s" % (artifact["coordinates"], run.stderr.strip()))
        found = run.stdout.split(" ")[0]
        if found != artifact["sha256"]:
            _fail(rctx, "%s: expected sha256 %s, found %s; if the change is wanted, re-lock with: %s" % (
                artifact["coordinates"],
                artifact["sha256"],
                found,
                _LOCK_COMMAND,
            ))

def _unpack(rctx, artifact, directory):
    """Unpacks an archive whose name need not end in .zip."""
    archive = directory + ".zip"
    rctx.symlink("files/" + _file_name(artifact), archive)
    rctx.extract(archive, directory)
    rctx.delete(archive)

def _filegroup(name, srcs):
    return "filegroup(name = %s, srcs = %s)" % (repr(name), srcs)

def _artifact_rules(rctx, artifact):
    """Returns the rules of an artifact: its file, an .aar's libraries by ABI, what is extracted from it, its classes."""
    name = artifact["name"]
    jar = "files/" + _file_name(artifact)
    rules = [_filegroup(name + "_file", [jar])]
    if artifact["coordinates"].split(":")[2] == "aar":
        directory = "aar/" + name
        _unpack(rctx, artifact, directory)
        jar = directory + "/classes.jar"
        jni = rctx.path(directory + "/jni")
        for abi in sorted([path.basename for path in jni.readdir()]) if jni.exists else []:
            rules.append(_filegroup(name + "_jni_" + abi, "glob([\"%s/jni/%s/*.so\"])" % (directory, abi)))
    if artifact["extract"]:
        directory = "unpacked/" + name
        _unpack(rctx, artifact, directory)
        for target, path in artifact["extract"].items():
            rctx.symlink("%s/%s" % (directory, path), "bin/" + target)
            rctx.execute(["chmod", "+x", rctx.path("%s/%s" % (directory, path))])
            rules.append(_filegroup(target, ["bin/" + target]))
    rules.append("maven_artifact(name = %s, jar = %s, coordinates = %s, deps = %s)" % (
        repr(name),
        repr(jar),
        repr(artifact["coordinates"]),
        repr([":" + dep for dep in artifact["deps"]]),
    ))
    return rules

def _maven_repository_impl(rctx):
    lock = json.decode(rctx.read(rctx.attr.lock))
    if rctx.attr.repository not in lock["repositories"]:
        _fail(rctx, "%s has no such repository; re-lock with: %s" % (rctx.attr.lock, _LOCK_COMMAND))
    artifacts = lock["repositories"][rctx.attr.repository]
    _download(rctx, artifacts)
    _verify(rctx, artifacts)
    rules_label = str(_RULES)
    if rules_label.startswith("//"):
        rules_label = "@" + rules_label
    lines = [
        "load(\"%s\", \"maven_artifact\")" % rules_label,
        "package(default_visibility = [\"//visibility:public\"])",
        "exports_files(glob([\"files/*\"]))",
    ]
    for artifact in artifacts:
        lines += _artifact_rules(rctx, artifact)
    rctx.file("BUILD.bazel", "\n".join(lines) + "\n")

maven_repository = repository_rule(
    implementation = _maven_repository_impl,
    doc = "One repository of //third_party/maven:maven_lock.json. Each artifact is a target with " +
          "JavaInfo under its name; `<name>_file` is the file itself, `<name>_jni_<abi>` the " +
          "native libraries of an .aar. A file whose sha256 is not the locked one is refused.",
    attrs = {
        "lock": attr.label(default = Label("//third_party/maven:maven_lock.json"), allow_single_file = True),
        "repository": attr.string(mandatory = True, doc = "Key in the lock's `repositories`."),
    },
)
