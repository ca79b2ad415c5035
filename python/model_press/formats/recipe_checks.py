"""Checks that recipes of all formats share: names, and the allowed distance from Keras' outputs."""

from model_press.formats.strict_json import checker


def check_name(name: str, where: str) -> None:
    """Raise UserError unless a recipe's name can be a part of target and file names."""
    need = checker(where)
    need(
        name.isidentifier() and name.islower(),
        f"name '{name}' becomes a part of target and file names; use small letters, digits and _",
    )


def check_tolerance(min_top1_agreement: float, max_mean_diff: float, where: str) -> None:
    """Raise UserError unless these are bounds that outputs can keep; see recipes.Tolerance."""
    need = checker(where)
    need(
        0 <= min_top1_agreement <= 1,
        f"tolerance.min_top1_agreement is {min_top1_agreement}, expected a share of 0 to 1",
    )
    need(
        max_mean_diff > 0,
        f"tolerance.max_mean_diff is {max_mean_diff}, expected a difference above 0",
    )
