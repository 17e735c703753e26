"""The rules between the floors, held against the real imports."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("theory", "numerics", "validation")
SYSTEMS = ("linear_cnn", "drum", "latent_waves", "latent_basis", "wave_rnn")
# further experiments of a system
SYSTEM_OF = {name: name for name in SYSTEMS} | {
    "deep_cnn": "linear_cnn",
    "autoencoder_waves": "latent_waves",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def sources() -> dict[str, tuple[Path, ast.Module]]:
    """All modules of the floors: name to file and syntax tree."""
    return {
        module_name(path): (path, ast.parse(path.read_text(encoding="utf-8")))
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob("*.py"))
    }


def modules(*floors: str) -> list[str]:
    return [name for name in sources() if name.split(".")[0] in floors]


@functools.cache
def imports(module: str) -> frozenset[str]:
    """What a module imports, anywhere in it: ``import a.b`` and ``from a import b`` give a.b."""
    path, tree = sources()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            found |= {f"{base}.{alias.name}" for alias in node.names} | {base}
    return frozenset(found)


def top(name: str) -> str:
    return name.split(".")[0]


def system_of(module: str) -> str | None:
    """The system that a module belongs to; None for a shared room."""
    parts = module.split(".")
    return SYSTEM_OF.get(parts[1]) if len(parts) > 1 and parts[0] in FLOORS else None


def test_the_floors_are_read():
    """The rules below speak of real files, and the reader of imports sees them."""
    assert {top(name) for name in sources()} == set(FLOORS)
    assert "sympy" in imports("theory.fourier")
    assert "theory.claims.Identity" in imports("theory.fourier")
    assert {system_of("theory.linear_cnn.flow"), system_of("theory.circulant")} == {
        "linear_cnn",
        None,
    }


@pytest.mark.parametrize("module", modules("theory"))
def test_theory_takes_sympy_and_the_standard_library(module):
    """Nothing else: no NumPy, no torch, no other floor."""
    allowed = {"sympy", "theory"} | sys.stdlib_module_names
    assert {name for name in imports(module) if top(name) not in allowed} == set()


@pytest.mark.parametrize("module", modules("numerics"))
def test_numerics_does_not_know_validation(module):
    """A floor imports from below, never from above."""
    assert {name for name in imports(module) if top(name) == "validation"} == set()


@pytest.mark.parametrize("module", [name for name in sources() if system_of(name)])
def test_no_sideways_imports(module):
    """A system knows itself and the shared rooms, on its floor and on those below."""
    others = {name for name in imports(module) if system_of(name) not in (None, system_of(module))}
    assert others == set()


def test_hypothesis_has_one_place():
    """Of the floors only validation/properties.py imports hypothesis."""
    users = {m for m in sources() if any(top(name) == "hypothesis" for name in imports(m))}
    assert users <= {"validation.properties"}


def loaded_after(statement: str) -> set[str]:
    """Run a statement in a fresh process and return the names of all modules that it loaded."""
    code = f"import sys; {statement}; print(*sys.modules, sep='\\n')"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import theory", "import theory.linear_cnn, theory.circulant"]
)
def test_theory_leaves_numpy_and_torch_out(statement):
    """A law can be asked where neither is installed."""
    loaded = loaded_after(statement)
    assert "theory" in loaded
    assert {"numpy", "torch", "scipy", "xarray"} & loaded == set()


@pytest.mark.parametrize(
    "statement",
    ["import numerics.images, numerics.files, numerics.laws, numerics.singular_modes"],
)
def test_heavy_libraries_come_when_first_used(statement):
    """Images, files, laws and modes are at hand without what takes seconds to load."""
    loaded = loaded_after(statement)
    assert {"numerics.images", "numpy"} <= loaded
    heavy = {"torch", "matplotlib.pyplot", "pysindy", "dask", "hypothesis", "sklearn"}
    assert heavy & loaded == set()


def public_definitions(tree: ast.Module):
    """Yield the public functions and classes of a module, and the public methods of the latter."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, kinds) and not member.name.startswith("_"):
                        yield f"{node.name}.{member.name}", member


@pytest.mark.parametrize("module", list(sources()))
def test_public_names_have_docstrings(module):
    """The module, its functions and classes, and their public methods."""
    _, tree = sources()[module]
    assert ast.get_docstring(tree), f"{module} has no docstring"
    assert [name for name, node in public_definitions(tree) if not ast.get_docstring(node)] == []


def calls(tree: ast.Module):
    """Yield what is called, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            yield ast.unparse(node.exc).partition("(")[0]


@pytest.mark.parametrize("module", modules("theory", "numerics"))
def test_library_code_neither_prints_nor_exits(module):
    """That is the command line's part."""
    forbidden = {"print", "sys.exit", "exit", "quit", "os._exit", "SystemExit", "sys.stdout.write"}
    assert forbidden & set(calls(sources()[module][1])) == set()


@pytest.mark.parametrize("module", list(sources()))
def test_no_name_vanishes_silently(module):
    """No ``except ImportError: pass``: a name that is missing later says nothing of why."""
    hidden = [
        node.lineno
        for node in ast.walk(sources()[module][1])
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and "ImportError" in ast.unparse(node.type)
        and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert hidden == []
