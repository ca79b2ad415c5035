"""The weights of a program: which are compressed, how, and whether enough of them are."""

import dataclasses
import math

from model_press.coreml.evaluator.program import Name, Operation, Program
from model_press.formats.coreml_recipes import CoremlRecipe
from model_press.formats.errors import UserError

# The parameter that holds an operation's weight, by operation.
_WEIGHT_OF = {"conv": "weight", "linear": "weight", "matmul": "y"}
_SHOWN = 3


@dataclasses.dataclass(frozen=True)
class Weight:
    """A convolution's or dense layer's weight.

    layer, constant: names of the operation and of the constant that it reads.
    storage: the operations that decode it, outermost first; empty if it is stored as it is.
    """

    layer: str
    constant: str
    shape: tuple[int, ...]
    storage: tuple[str, ...]

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def depthwise(self) -> bool:
        """Whether it is a depthwise convolution's: filters of one channel, few and each needed."""
        return len(self.shape) == 4 and self.shape[1] == 1


def of(program: Program) -> list[Weight]:
    """Return the weights, in the program's order; a constant that two layers use is listed once."""
    makers = {out: op for op in program.operations for out, _ in op.outputs}
    found, seen = [], set()
    for op in program.operations:
        argument = op.arguments.get(_WEIGHT_OF.get(op.type, ""))
        if not isinstance(argument, Name) or argument.text in seen:
            continue
        maker = makers.get(argument.text)
        if maker is None or not (maker.type == "const" or maker.type.startswith("constexpr_")):
            continue
        seen.add(argument.text)
        shape = next(kind.shape for name, kind in maker.outputs if name == argument.text)
        found.append(Weight(op.name, argument.text, shape, tuple(_storage(maker, makers))))
    return found


def coverage(weights: list[Weight]) -> float:
    """Return the share of weight elements that are stored compressed; 0 without weights."""
    total = sum(weight.elements for weight in weights)
    return sum(w.elements for w in weights if w.storage) / total if total else 0.0


def left_out(weights: list[Weight], recipe: CoremlRecipe) -> list[Weight]:
    """Return the weights that a recipe's palette groups do not fit, to be left out by name.

    coremltools itself only warns and goes on (and, with scales per channel, has divided the weight by then): on
    Xception, whose widths are mostly 728, groups of 16 would leave 71 % uncompressed.

    Raises:
      UserError: they are more than the recipe's min_coverage allows; before anything is compressed.
    """
    size = recipe.palette.group_size if recipe.palette else 0
    if size == 0:
        return []
    fitting = [w for w in weights if w.elements >= recipe.min_elements]
    wrong = [w for w in fitting if w.shape[0] % size]
    share = sum(w.elements for w in wrong) / sum(w.elements for w in weights)
    if share > 1 - recipe.min_coverage:
        layers = ", ".join(f"{w.layer} ({w.shape[0]})" for w in wrong[:_SHOWN])
        raise UserError(
            f"recipe {recipe.name}: palette.group_size {size} does not divide the output channels of "
            f"{len(wrong)} layers: {layers}{' ...' if len(wrong) > _SHOWN else ''}; {share:.1%} of the weights "
            f"would stay as they are; use a divisor of {math.gcd(*(w.shape[0] for w in fitting))}"
        )
    return wrong


def check_coverage(weights: list[Weight], recipe: CoremlRecipe) -> float:
    """Return the coverage; raise UserError with the largest uncovered layers if it is below the recipe's."""
    share = coverage(weights)
    if share < recipe.min_coverage:
        left = sorted((w for w in weights if not w.storage), key=lambda w: -w.elements)
        layers = ", ".join(f"{w.layer} {list(w.shape)}" for w in left[:_SHOWN])
        # What is large enough already, another bound compresses no more.
        reach = sum(w.elements for w in weights if w.storage or w.elements < recipe.min_elements)
        fix = (
            f"min_elements ({recipe.min_elements}) to compress smaller ones, or its min_coverage"
            if left and reach >= recipe.min_coverage * sum(w.elements for w in weights)
            else f"min_coverage: too few of them are below its min_elements ({recipe.min_elements})"
        )
        raise UserError(
            f"recipe {recipe.name}: {share:.1%} of the weights were compressed, at least "
            f"{recipe.min_coverage:.1%} must be; left out: {layers}{' ...' if len(left) > _SHOWN else ''}; lower the "
            f"recipe's {fix}"
        )
    return share


def _storage(op: Operation, makers: dict[str, Operation]) -> list[str]:
    kinds: list[str] = []
    # A damaged program may give one name twice, so that the way goes round.
    while op is not None and op.type.startswith("constexpr_") and len(kinds) <= len(makers):
        kinds.append(op.type)
        names = [a.text for a in op.arguments.values() if isinstance(a, Name)]
        inner = [makers[n] for n in names if n in makers]
        op = next((o for o in inner if o.type.startswith("constexpr_")), None)
    return kinds
