"""`android_app_per_abi`."""

load(":android_app.bzl", "android_app")

# A store gives a device the highest version code that it can install, so 64 bit goes above 32 bit.
_ORDER = ["armeabi-v7a", "arm64-v8a", "x86", "x86_64"]

def android_app_per_abi(name, abis = ["armeabi-v7a", "arm64-v8a"], version_code = 1, **kwargs):
    """Declares an `android_app` for each ABI, `<name>_<abi>`: a phone downloads one ABI's library only.

    The version code of each is 10 * version_code + a digit of the ABI.

    Args:
      name: name of a filegroup of all the APKs, and stem of theirs.
      abis: ABIs, some of armeabi-v7a, arm64-v8a, x86, x86_64.
      version_code: as of `android_app`.
      **kwargs: as of `android_app`.
    """
    for abi in abis:
        if abi not in _ORDER:
            fail("%s: unknown ABI \"%s\"; expected some of %s" % (name, abi, ", ".join(_ORDER)))
        android_app(
            name = "%s_%s" % (name, abi),
            abis = [abi],
            version_code = 10 * version_code + 1 + _ORDER.index(abi),
            **kwargs
        )
    native.filegroup(
        name = name,
        srcs = [":%s_%s" % (name, abi) for abi in abis],
        tags = kwargs.get("tags", []),
        testonly = kwargs.get("testonly", False),
        visibility = kwargs.get("visibility"),
    )
