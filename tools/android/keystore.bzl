"""`android_keystore`."""

AndroidKeystoreInfo = provider(
    doc = "A key to sign APKs with.",
    fields = {
        "alias": "string: the key's name in the keystore.",
        "keystore": "File: PKCS12 or JKS.",
        "password": "File: first line is the password of keystore and key.",
    },
)

def _android_keystore_impl(ctx):
    return [AndroidKeystoreInfo(
        alias = ctx.attr.alias,
        keystore = ctx.file.keystore,
        password = ctx.file.password,
    )]

android_keystore = rule(
    implementation = _android_keystore_impl,
    doc = "A key for `android_app`. Keep release keys and passwords out of the repository, for " +
          "example in an external repository of your own.",
    attrs = {
        "alias": attr.string(mandatory = True, doc = "The key's name in the keystore."),
        "keystore": attr.label(allow_single_file = True, mandatory = True, doc = "PKCS12 or JKS file."),
        "password": attr.label(allow_single_file = True, mandatory = True, doc = "File whose first line is the password of keystore and key."),
    },
)
