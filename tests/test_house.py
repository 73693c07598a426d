"""The house itself: what the package imports, in which order, and what its pages promise."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import minitorch_nn
from minitorch_nn.autograd.function import FunctionCtx, Node

from .test_printing_programs import agree

PACKAGE = Path(minitorch_nn.__file__).parent
HOUSE = PACKAGE.parent
MODULES = sorted(
    [module.name for module in pkgutil.walk_packages([str(PACKAGE)], "minitorch_nn.")]
    + ["minitorch_nn"]
)


def _path(module: str) -> Path:
    path = HOUSE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _tree(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text(encoding="utf-8"))


def _is_for_types_only(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _imports(module: str) -> Iterator[tuple[str, bool]]:
    """The package's modules that `module` imports, and whether it does so inside a function."""

    def visit(node: ast.AST, inside: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if _is_for_types_only(child):
                continue
            if isinstance(child, ast.ImportFrom):
                yield from ((name, inside) for name in _named(module, child))
            elif isinstance(child, ast.Import):
                yield from ((a.name, inside) for a in child.names if a.name in MODULES)
            else:
                function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                yield from visit(child, inside or function)

    return visit(_tree(module), False)


def _named(module: str, statement: ast.ImportFrom) -> Iterator[str]:
    source = statement.module or ""
    if statement.level:
        package = module.split(".")
        if _path(module).name != "__init__.py":
            package = package[:-1]
        package = package[: len(package) - statement.level + 1]
        source = ".".join([*package, source] if source else package)
    if source not in MODULES:
        return
    for alias in statement.names:
        submodule = f"{source}.{alias.name}"
        yield submodule if submodule in MODULES else source


# What the core needs


def test_the_package_imports_neither_torch_nor_anything_but_numpy_and_tqdm():
    program = f"""
import sys
for name in ("torch", "torchvision", "matplotlib", "scipy"):
    sys.modules[name] = None  # any import of it raises
import importlib
before = {{name.partition(".")[0] for name in sys.modules}}
for name in {[m for m in MODULES if not m.endswith("__main__")]!r}:
    importlib.import_module(name)
after = {{name.partition(".")[0] for name in sys.modules}}
new = after - before - set(sys.stdlib_module_names)
print(*sorted(name for name in new if getattr(sys.modules[name], "__file__", None)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    imported = {name for name in done.stdout.split() if not name.startswith("_")}
    assert "minitorch_nn" in imported
    assert imported <= {"minitorch_nn", "numpy", "tqdm"}


def test_no_file_of_the_package_names_torch_in_an_import():
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            roots = {name.partition(".")[0] for name in names}
            assert not roots & {"torch", "torchvision"}, f"{module} imports {names}"


# The order of imports


def test_imports_form_no_circle():
    below = {m: {name for name, _ in _imports(m) if name != m} for m in MODULES}
    done: set[str] = set()
    while len(done) < len(MODULES):
        ready = [m for m in MODULES if m not in done and below[m] <= done]
        left = {m: sorted(below[m] - done) for m in MODULES if m not in done}
        assert ready, f"these import each other in a circle: {left}"
        done.update(ready)


# Each may import those to its left. What is not named here has no place in the order of the core.
ORDER = [
    *("dtypes", "layout", "stream", "base", "autograd", "ops", "tensor"),
    *("random", "creation", "nn", "optim"),
]


def test_imports_run_down_the_order_of_the_house():
    def floor(module: str) -> int | None:
        parts = module.split(".")
        return ORDER.index(parts[1]) if len(parts) > 1 and parts[1] in ORDER else None

    for module in MODULES:
        for name, _ in _imports(module):
            here, there = floor(module), floor(name)
            if here is not None and there is not None:
                assert there <= here, f"{module} imports {name}, which stands above it"
            assert here is None or name != "minitorch_nn", f"{module} imports the whole package"


def test_the_page_of_operations_lists_every_file_below_those_that_it_needs():
    page = ast.get_docstring(_tree("minitorch_nn.ops")).partition("before it:")[2]
    listed = re.findall(r"(?<= )[a-z_]+(?= |$)", re.sub(r"(?m)^ {0,4}\S.*?  +", "  ", page), re.M)
    files = [path.stem for path in (PACKAGE / "ops").glob("*.py") if path.stem != "__init__"]
    assert sorted(listed) == sorted(files)
    for here, name in enumerate(listed):
        for used, _ in _imports(f"minitorch_nn.ops.{name}"):
            there = used.removeprefix("minitorch_nn.ops.")
            assert there not in listed[here:], f"{name} imports {there}, which stands after it"


def test_no_module_imports_another_inside_a_function():
    for module in MODULES:
        hidden = [name for name, inside in _imports(module) if inside]
        assert not hidden or module.endswith("__main__"), f"{module} imports {hidden} in a function"


def test_nothing_is_patched_onto_the_tensor_from_elsewhere():
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            targets = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr":
                targets = [ast.Attribute(node.args[0], "set by name")]
            for target in targets:
                if isinstance(target, ast.Attribute):
                    owner = ast.unparse(target.value).rpartition(".")[2]
                    assert owner not in ("Tensor", "TensorBase", "Parameter"), (
                        f"{module} patches {ast.unparse(target)}"
                    )


# What its pages promise


def test_every_file_opens_with_what_it_is_for():
    for module in MODULES:
        assert ast.get_docstring(_tree(module)), f"{module} has no docstring"


def _nodes() -> list[type[Node]]:
    found: list[type[Node]] = []
    waiting = [Node]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if cls.__module__.startswith("minitorch_nn.") and not issubclass(cls, FunctionCtx):
                found.append(cls)
    return found


def test_every_operation_names_its_source_in_pytorch():
    operations = [cls for cls in _nodes() if cls.__name__.endswith("Backward0")]
    assert len(operations) > 50
    for cls in operations:
        own = cls.__dict__.get("__doc__") or ""
        assert "PyTorch:" in own, f"{cls.__module__}.{cls.__name__} does not name its source"


def test_public_functions_are_typed():
    for module in MODULES:
        for node in _tree(module).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            typed = all(a.annotation for a in arguments) and node.returns
            assert typed, f"{module}.{node.name} lacks a type"


def _readme_example() -> str:
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert block, "README.md holds no python example"
    return block.group(1)


def test_the_readmes_example_runs_and_prints_what_the_readme_says():
    example = _readme_example()
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert done.stdout.strip(), "the example prints nothing"
    for line in done.stdout.splitlines():
        assert line in readme, f"the README does not show what its example prints: {line}"


def test_the_readmes_example_prints_the_same_with_pytorch():
    example = _readme_example()
    program = example.replace("import minitorch_nn as torch", "import torch")
    program = program.replace("minitorch_nn", "torch")
    outputs = [
        subprocess.run(
            [sys.executable, "-c", text], cwd=HOUSE, capture_output=True, text=True, check=True
        ).stdout
        for text in (example, program)
    ]
    assert agree(*outputs), "\n".join(outputs)
