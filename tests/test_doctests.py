"""Every example in a docstring of theory and numerics runs and gives what it shows."""

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("theory", "numerics")


def examples_in(module: str) -> int:
    """Count the examples in a module's docstrings, from its source: none may be overlooked."""
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    kinds = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    docstrings = (
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, kinds)
    )
    return sum(len(doctest.DocTestParser().get_examples(text)) for text in docstrings)


def module_names() -> list[str]:
    found = list(FLOORS)
    for floor in FLOORS:
        folder = str(ROOT / floor)
        found += sorted(module.name for module in walk(folder, floor))
    return found


def walk(folder: str, package: str):
    """Yield the modules below a package without importing any of them."""
    for module in pkgutil.iter_modules([folder], f"{package}."):
        yield module
        if module.ispkg:
            yield from walk(f"{folder}/{module.name.rpartition('.')[2]}", module.name)


WITH_EXAMPLES = [name for name in module_names() if examples_in(name)]


def test_there_are_examples():
    """Both floors show how they are used."""
    assert {name.split(".")[0] for name in WITH_EXAMPLES} == set(FLOORS)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples(name, tmp_path, monkeypatch):
    """All examples of the module are tried, in an empty folder, and none fails."""
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
    assert results.attempted == examples_in(name)
