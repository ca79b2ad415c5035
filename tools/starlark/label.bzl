"""How messages name a target."""

def public_label(label):
    """The label as a user types it: no `@` of the main repository, no canonical name."""
    return "//{}:{}".format(label.package, label.name)
