"""Networks that come as a file: programs of `torch.export`, taken without unpickling anything."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from numerics.images.arguments import in_one_line
from theory.errors import ArgumentError

HOW = "write it with torch.export.save"
DYNAMIC = 'export with dynamic_shapes=({0: torch.export.Dim("batch")},)'


@dataclasses.dataclass(frozen=True)
class ExportedProgram:
    """A program from a file, as a function on batches; its input's kind and place are looked up.

    Parameters
    ----------
    path : str
    module : torch.nn.Module
    dtype, device
        Of the one input, of torch.
    shape : tuple
        Of a row of that input; what is left open is no number.
    """

    path: str
    module: Any
    dtype: Any
    device: Any
    shape: tuple[Any, ...] = ()

    def __call__(self, batch: np.ndarray) -> Any:
        """Return what the program makes of a batch (N, ...): a tensor, or several."""
        import torch

        with torch.no_grad():
            return self.module(torch.as_tensor(batch, dtype=self.dtype, device=self.device))

    def __repr__(self) -> str:
        return f"ExportedProgram({self.path!r})"


def exported(path: str | Path) -> ExportedProgram:
    """Return the function on batches that a ``.pt2`` file of `torch.export.save` holds.

    The file is looked through first: one that holds pickled objects or compiled code is refused. It
    still is a program that runs: take it only from where you would take code.

    Parameters
    ----------
    path : path
        A program of one input whose first axis, the batch, is dynamic, exported in evaluation mode.

    Raises
    ------
    ArgumentError
        If there is no such file, it is damaged or no exported program, holds pickled objects, or
        wants several inputs or batches of one length.

    Examples
    --------
    ::

        batch = torch.export.Dim("batch")
        program = torch.export.export(network.eval(), (latents,), dynamic_shapes=({0: batch},))
        torch.export.save(program, "generator.pt2")
    """
    content = _content(Path(path))
    _require_harmless(str(path), content)
    return _function(str(path), _program(str(path), content))


def _refusal(path: str, expected: str, remedy: str = HOW) -> ArgumentError:
    return ArgumentError("program", path, expected, remedy)


@contextlib.contextmanager
def _reading(path: str, expected: str, remedy: str = HOW) -> Iterator[None]:
    """Refuse the file for what torch stumbles over; a lack of memory is no fault of the file."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:  # readers of foreign graphs and pickles raise a dozen types
        raise _refusal(path, f"{expected} ({in_one_line(error)[:80]})", remedy) from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refusal(
            str(path), f"cannot be read ({error.strerror})", "look at the path"
        ) from error


def _require_harmless(path: str, content: bytes) -> None:
    """Refuse what is no whole archive of torch.export, and what torch would unpickle or link."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise _refusal(
            path, f"is no exported program, or damaged ({in_one_line(error)})"
        ) from error
    if damaged is not None:
        raise _refusal(path, f"is damaged: {damaged} does not have its checksum", "copy it anew")
    # all names lie in one folder, called as the file was
    names = [name.partition("/")[2] for name in archive.namelist()]
    if "archive_format" not in names or "models/model.json" not in names:
        raise _refusal(path, "is an archive, but no whole exported program")
    for whole, name in zip(archive.namelist(), names, strict=True):
        if _is_pickled(name) or (name.endswith("_config.json") and _asks_pickle(archive, whole)):
            raise _refusal(
                path,
                f"holds pickled objects or compiled code ({name}), which would run unseen",
                "export a module of plain tensors and layers",
            )
    _require_plain_inputs(path, archive)


def _is_pickled(name: str) -> bool:
    """Whether an entry is one that torch 2.13 unpickles without limits, or loads as a library."""
    folder, _, file = name.rpartition("/")
    if folder.startswith("data/aotinductor") or file.startswith(("custom_obj", "opaque_obj")):
        return True
    return file.endswith((".pt", ".pkl")) and folder != "data/sample_inputs"


def _asks_pickle(archive: zipfile.ZipFile, name: str) -> bool:
    try:
        entries = json.loads(archive.read(name))["config"].values()
        return any(entry["use_pickle"] is not False for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _require_plain_inputs(path: str, archive: zipfile.ZipFile) -> None:
    """Read the example inputs as plain tensors; where that fails torch would unpickle them."""
    import torch

    for name in archive.namelist():
        if "/data/sample_inputs/" in name and archive.getinfo(name).file_size:
            with _reading(
                path, "holds pickled objects as example inputs", "export with plain tensors"
            ):
                torch.load(io.BytesIO(archive.read(name)), weights_only=True)


def _program(path: str, content: bytes) -> Any:
    import torch

    with _reading(path, f"cannot be read by torch {torch.__version__}"):
        return torch.export.load(io.BytesIO(content))


def _function(path: str, program: Any) -> ExportedProgram:
    inputs = program.graph_signature.user_inputs
    nodes = {node.name: node for node in program.graph.nodes}
    if len(inputs) != 1 or inputs[0] not in nodes:
        raise _refusal(path, f"takes {len(inputs)} inputs, must take one", "export it so")
    example = nodes[inputs[0]].meta["val"]
    if isinstance(example.shape[0], int):
        raise _refusal(
            path, f"takes batches of {example.shape[0]} rows only, must take any number", DYNAMIC
        )
    shape = tuple(example.shape[1:])
    return ExportedProgram(path, program.module(), example.dtype, example.device, shape)
