"""The fields of a file format, from the Python dataclasses that define it. Reads the source; imports nothing of it."""

import ast
import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Format:
    """One object of a format: the dataclass's name, docstring and (field, type) pairs."""

    name: str
    doc: str
    fields: tuple[tuple[str, str], ...]


def _is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def formats(path: pathlib.Path) -> tuple[str, list[Format]]:
    """Returns a module's docstring, and its public dataclasses with the outermost, which stands last, first.

    A type that the module names (Dtype = Literal[...]) is written out.
    """
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        node.targets[0].id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and ast.unparse(node.value).startswith("Literal[")
    }
    found = [
        Format(
            name=node.name,
            doc=ast.get_docstring(node) or "",
            fields=tuple(
                (field.target.id, _written_out(field.annotation, names))
                for field in node.body
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            ),
        )
        for node in tree.body
        if isinstance(node, ast.ClassDef) and _is_dataclass(node) and not node.name.startswith("_")
    ]
    return ast.get_docstring(tree) or "", found[::-1]


def _written_out(annotation: ast.expr, names: dict[str, str]) -> str:
    class Names(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802
            given = names.get(node.id)
            return ast.parse(given, mode="eval").body if given else node

    return ast.unparse(Names().visit(annotation))
