"""Recipes and compressions that a macro is given by the name of a shipped one or by label."""

def is_label(given):
    """Whether a string is a label, and not the name of something shipped."""
    return ":" in given or "/" in given

def name_error(target, given, names, kind, hint = "", attribute = "recipe"):
    """What is wrong with a recipe or compression that is given by name or by label.

    Args:
      target: label of the variant, for the message.
      given: name of a shipped recipe, or a label of the user's own.
      names: the shipped names.
      kind: rule that makes one, such as "recipe".
      hint: what else a name may look like, for the message.
      attribute: what it is given as.

    Returns:
      One line, or None where nothing is wrong.
    """
    if is_label(given) or given in names:
        return None
    return "{}: {} is \"{}\", expected one of {}{} or the label of your own `{}` target".format(
        target,
        attribute,
        given,
        ", ".join(sorted(names)),
        hint,
        kind,
    )

def named_label(given, package, error):
    """The label of what is given by name or by label.

    Args:
      given: name of something in `package`, or a label.
      package: package of the shipped ones.
      error: what is wrong with `given`, or None.

    Returns:
      A label string or Label. Fails with `error`.
    """
    if error:
        fail(error)
    return given if is_label(given) else Label("{}:{}".format(package, given))
