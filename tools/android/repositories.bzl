"""Android tools of this machine: Debian's packages, the user's SDK, and the debug key."""

_TOOLCHAIN_BZL = Label("//tools/android:toolchain.bzl")
_KEYSTORE_BZL = Label("//tools/android:keystore.bzl")

def _absolute(label):
    """Text of a label that another repository can use (Bazel 4 leaves out the main repository)."""
    text = str(label)
    return "@" + text if text.startswith("//") else text

# Debian's packages.

_DEBIAN_TOOLS = {
    "apksigner": "/usr/share/java/apksigner.jar",
    "zipalign": "/usr/bin/zipalign",
}

def _debian_android_tools_impl(rctx):
    versions = []
    for package, path in _DEBIAN_TOOLS.items():
        if not rctx.path(path).exists:
            fail("%s is missing (Debian package %s); ./bazelw installs it, or set ANDROID_HOME to an Android SDK" % (
                path,
                package,
            ))
        rctx.symlink(path, path.rpartition("/")[2])
        query = rctx.execute(["dpkg-query", "-W", "-f", "${Version}", package])
        versions.append("%s %s" % (package, query.stdout.strip() or "unknown"))

    # The build file names the versions, so that another version is another input of every action.
    rctx.file("BUILD.bazel", """# {versions}
package(default_visibility = ["//visibility:public"])

exports_files(["apksigner.jar", "zipalign", "versions.txt"])
""".format(versions = ", ".join(versions)))
    rctx.file("versions.txt", "\n".join(versions) + "\n")

debian_android_tools = repository_rule(
    implementation = _debian_android_tools_impl,
    doc = "zipalign and apksigner of the Debian packages, with their versions in versions.txt.",
    local = True,
)

# The user's SDK.

_NO_SDK = """# ANDROID_HOME is not set: this toolchain is never chosen.
package(default_visibility = ["//visibility:public"])

toolchain(
    name = "toolchain",
    exec_compatible_with = ["{never}"],
    toolchain = ":none",
    toolchain_type = "{type}",
)

filegroup(name = "none")
"""

_SDK = """load("{bzl}", "android_toolchain")

package(default_visibility = ["//visibility:public"])

android_toolchain(
    name = "sdk",
    aapt2 = "build-tools/aapt2",
    android_jars = {jars},
    apksigner_jar = "build-tools/lib/apksigner.jar",
    d8_jar = "build-tools/lib/d8.jar",
    origin = "{home}, build tools {version}",
    tool_files = glob(["build-tools/lib64/**", "build-tools/lib/**"]),
    zipalign = "build-tools/zipalign",
)

toolchain(
    name = "toolchain",
    toolchain = ":sdk",
    toolchain_type = "{type}",
)
"""

def _version_key(name):
    """Sort key of "35.0.0"; pre-releases ("36.0.0-rc1") come before everything else."""
    parts = name.split(".")
    if not all([part.isdigit() for part in parts]):
        return [-1]
    return [int(part) for part in parts]

def _android_sdk_impl(rctx):
    home = rctx.os.environ.get("ANDROID_HOME", "")
    type = _absolute(Label("//tools/android:toolchain_type"))
    if not home:
        rctx.file("BUILD.bazel", _NO_SDK.format(
            type = type,
            never = _absolute(Label("//tools/android:never")),
        ))
        return
    build_tools = rctx.path(home).get_child("build-tools")
    platforms = rctx.path(home).get_child("platforms")
    if not build_tools.exists or not platforms.exists:
        fail("ANDROID_HOME=%s has no build-tools or no platforms; install both with its sdkmanager" % home)
    newest = sorted([(_version_key(path.basename), path.basename) for path in build_tools.readdir()])
    if not newest:
        fail("ANDROID_HOME=%s has no build tools; install some with its sdkmanager" % home)
    version = newest[-1][1]
    rctx.symlink(build_tools.get_child(version), "build-tools")
    jars = {}
    for platform in platforms.readdir():
        level = platform.basename.rpartition("-")[2]
        if level.isdigit() and platform.get_child("android.jar").exists:
            name = "android-%s.jar" % level
            rctx.symlink(platform.get_child("android.jar"), name)
            jars[name] = level
    if not jars:
        fail("ANDROID_HOME=%s has no platform; install one with its sdkmanager, for example platforms;android-35" % home)
    rctx.file("BUILD.bazel", _SDK.format(
        bzl = _absolute(_TOOLCHAIN_BZL),
        home = home,
        jars = repr(jars),
        type = type,
        version = version,
    ))

android_sdk = repository_rule(
    implementation = _android_sdk_impl,
    doc = "The SDK that ANDROID_HOME names, as a toolchain that goes before the registry packages.",
    environ = ["ANDROID_HOME"],
    local = True,
)

# The keys.

_KEYSTORE = """load("{bzl}", "android_keystore")

android_keystore(
    name = "keystore",
    alias = "{alias}",
    keystore = "{file}",
    password = "password.txt",
    visibility = ["//visibility:public"],
)
"""

def _keystore_build(file, alias):
    return _KEYSTORE.format(alias = alias, bzl = _absolute(_KEYSTORE_BZL), file = file)

_DEBUG_PASSWORD = "android"
_DEBUG_ALIAS = "androiddebugkey"
_STUDIO_KEYSTORE = ".android/debug.keystore"
_OWN_KEYSTORE = ".cache/model_press/debug.keystore"

def _keytool(rctx):
    java_home = rctx.os.environ.get("JAVA_HOME", "")
    candidates = [rctx.path(java_home + "/bin/keytool")] if java_home else []
    candidates.append(rctx.which("keytool"))
    for path in candidates:
        if path and path.exists:
            return path
    fail("keytool is missing (part of a JDK); ./bazelw installs one (Debian package default-jdk-headless)")

def _generate(rctx):
    options = {
        "-alias": _DEBUG_ALIAS,
        "-dname": "CN=Android Debug,O=Android,C=US",
        "-keyalg": "RSA",
        "-keysize": "2048",
        "-keystore": "debug.keystore",
        "-storepass": _DEBUG_PASSWORD,
        "-storetype": "PKCS12",
        "-validity": "10950",
    }
    words = [word for option in options.items() for word in option]
    run = rctx.execute([_keytool(rctx), "-genkeypair"] + words)
    if run.return_code != 0:
        fail("the debug key cannot be made: " + (run.stdout + run.stderr).strip().split("\n")[0])

def _debug_keystore_impl(rctx):
    home = rctx.os.environ.get("HOME", "")
    studio = rctx.path(home + "/" + _STUDIO_KEYSTORE)
    own = rctx.path(home + "/" + _OWN_KEYSTORE)
    source = studio if studio.exists else own
    if not home or not source.exists:
        # Beside the disk cache: every checkout of this user then signs alike, and a phone takes
        # the next build as an update. Made aside and moved, so that two builds cannot mix.
        _generate(rctx)
        if home:
            rctx.execute(["mkdir", "-p", own.dirname])
            rctx.execute(["cp", "debug.keystore", "new.keystore"])
            rctx.execute(["mv", "-n", "new.keystore", own])
    if home and source.exists:
        copied = rctx.execute(["cp", source, "debug.keystore"])
        if copied.return_code != 0:
            fail("the debug key cannot be copied: " + copied.stderr.strip())
    rctx.file("password.txt", _DEBUG_PASSWORD + "\n")
    rctx.file("BUILD.bazel", _keystore_build("debug.keystore", _DEBUG_ALIAS))

debug_keystore = repository_rule(
    implementation = _debug_keystore_impl,
    doc = "The key that debug APKs are signed with: Android Studio's (~/.android/debug.keystore) where " +
          "there is one, else one made once for this user under ~/.cache/model_press. It is the same for " +
          "every build of a user, so signatures repeat byte for byte; another user's differ.",
    environ = ["HOME", "JAVA_HOME"],
    local = True,
)

_NO_RELEASE = """# ANDROID_KEYSTORE is not set: the debug key signs, which no store accepts.
alias(
    name = "keystore",
    actual = "{debug}",
    visibility = ["//visibility:public"],
)
"""

def _release_keystore_impl(rctx):
    keystore = rctx.os.environ.get("ANDROID_KEYSTORE", "")
    if not keystore:
        rctx.file("BUILD.bazel", _NO_RELEASE.format(debug = "@android_debug_keystore//:keystore"))
        return
    password = rctx.os.environ.get("ANDROID_KEYSTORE_PASSWORD_FILE", "")
    alias = rctx.os.environ.get("ANDROID_KEY_ALIAS", "")
    if not password or not alias:
        fail("ANDROID_KEYSTORE=%s needs ANDROID_KEYSTORE_PASSWORD_FILE (its first line is the password) and ANDROID_KEY_ALIAS" % keystore)
    for variable, path in {"ANDROID_KEYSTORE": keystore, "ANDROID_KEYSTORE_PASSWORD_FILE": password}.items():
        if not path.startswith("/") or not rctx.path(path).exists:
            fail("%s=%s: no such file; expected an absolute path" % (variable, path))

    # Links, not copies: the secrets stay where they are.
    rctx.symlink(keystore, "release.keystore")
    rctx.symlink(password, "password.txt")
    rctx.file("BUILD.bazel", _keystore_build("release.keystore", alias))

release_keystore = repository_rule(
    implementation = _release_keystore_impl,
    doc = "The key that release APKs are signed with, from the environment: ANDROID_KEYSTORE, " +
          "ANDROID_KEYSTORE_PASSWORD_FILE and ANDROID_KEY_ALIAS; the debug key where there is none.",
    environ = ["ANDROID_KEYSTORE", "ANDROID_KEYSTORE_PASSWORD_FILE", "ANDROID_KEY_ALIAS"],
    local = True,
)
