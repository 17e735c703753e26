"""Files that are whole or not there: atomic writes, checksums, and a round trip that loses nothing."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from theory.errors import ArgumentError, OutputError


def write_atomically(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    A crash leaves the old file or the new one, never a part of one.

    Raises
    ------
    OutputError
        If the folder cannot be written, is full, or has a folder where the file should go.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        os.fchmod(handle, 0o666 & ~_umask())  # mkstemp gives a file that only its owner can read
        os.close(handle)
        write(temporary)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "out",
        str(path),
        f"cannot be written ({error.strerror or error})",
        "choose another folder",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> Path:
    """Write text atomically, as UTF-8."""
    return write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> Path:
    """Write bytes atomically."""

    def write(part: Path) -> None:
        part.write_bytes(content)

    return write_atomically(path, write)


def write_tree(path: Path, tree: xr.DataTree) -> Path:
    """Write a DataTree atomically as netCDF-4; complex numbers, nan and -0.0 come back as they were."""
    return write_atomically(
        path, lambda part: tree.to_netcdf(part, engine="netcdf4", auto_complex=True)
    )


def write_trees(path: Path, trees: Iterable[tuple[str, xr.DataTree]]) -> Path:
    """Write trees one after another into one store, each below its group; one at a time is in memory.

    Parameters
    ----------
    path : Path
        ``.zarr`` is a folder in Zarr format (extra `scale`), put in place by two renamings; anything
        else one netCDF-4 file, put in place by one.
    trees : iterable of (str, xr.DataTree)
        Groups, such as ``/runs/07``, and what goes below them.

    Raises
    ------
    ArgumentError
        For Zarr, if the extra is not installed.
    """
    path = Path(path)
    if path.suffix == ".zarr":
        require_zarr()
        return _write_folder(path, lambda part: _write_zarr(part, trees))
    return write_atomically(path, lambda part: _write_netcdf(part, trees))


def require_zarr() -> None:
    """Raise an ArgumentError where the extra `scale` is not installed."""
    if importlib.util.find_spec("zarr") is None:
        raise ArgumentError(
            "store", "zarr", "needs the extra scale", "pip install 'modewise[scale]', or use netcdf"
        )


def _groups(trees: Iterable[tuple[str, xr.DataTree]]) -> Iterator[tuple[str, xr.Dataset]]:
    for group, tree in trees:
        for node in tree.subtree:
            yield f"{group}{node.path}".strip("/"), node.to_dataset(inherit=False)


def _write_netcdf(part: Path, trees: Iterable[tuple[str, xr.DataTree]]) -> None:
    import netCDF4

    # one file that stays open: opened anew for each group, it takes the longer the more there are
    with netCDF4.Dataset(part, "w", auto_complex=True) as file:
        for group, dataset in _groups(trees):
            dataset.dump_to_store(xr.backends.NetCDF4DataStore(file, group=group, mode="a"))


def _write_zarr(part: Path, trees: Iterable[tuple[str, xr.DataTree]]) -> None:
    for group, dataset in _groups(trees):
        # format 2: format 3 has no settled form for text
        dataset.to_zarr(part, mode="a", group=group, zarr_format=2, consolidated=False)


def _write_folder(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a folder beside `path`, then exchange the two."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
        new, old = temporary / "new", temporary / "old"
        write(new)
        if path.exists():
            path.rename(old)
        new.rename(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return path


def read_tree(path: Path) -> xr.DataTree:
    """Read a DataTree into memory: netCDF, or Zarr where the name ends in ``.zarr``.

    Raises
    ------
    ArgumentError
        If the file is missing or is not such a file.
    """
    how: dict[str, Any] = {"engine": "netcdf4", "auto_complex": True}
    if Path(path).suffix == ".zarr":
        require_zarr()
        how = {"engine": "zarr", "consolidated": False}
    try:
        with xr.open_datatree(path, **how) as opened:
            # not opened.load(): xarray (2026.9) passes over variables that bear the name of a group, and
            # reading those from the closed file ends the process
            nodes = {n.path: n.to_dataset(inherit=False).load() for n in opened.subtree}
            return xr.DataTree.from_dict(nodes, name=opened.name)
    except (OSError, ValueError) as error:
        raise ArgumentError(
            "file", str(path), f"cannot be read: {error}", "write it anew"
        ) from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write named arrays atomically (npz)."""

    def write(part: Path) -> None:
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)

    return write_atomically(path, write)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read named arrays (npz, never pickled)."""
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def kept(path: Path, compute: Callable[[], xr.Dataset]) -> xr.Dataset:
    """Return the Dataset that an earlier part of a run kept at `path`, or compute and keep it."""
    if not path.exists():
        write_tree(path, xr.DataTree(compute()))
    return read_tree(path).to_dataset()


def checksum(tree: xr.DataTree) -> str:
    """Return the SHA-256 of a tree's names, dimensions, attributes and values, bit for bit.

    It does not depend on the file format: the same values give the same sum.
    """
    digest = hashlib.sha256()
    for path in sorted(node.path for node in tree.subtree):
        node = tree[path]
        assert isinstance(node, xr.DataTree)
        dataset = node.to_dataset(inherit=False)
        digest.update(f"node {path} {_canonical(dataset.attrs)}".encode())
        for name in sorted(map(str, dataset.variables)):
            digest.update(_variable_header(name, dataset[name]).encode())
            digest.update(_variable_bytes(dataset[name].values))
    return digest.hexdigest()


def _variable_header(name: str, variable: xr.DataArray) -> str:
    kind = "text" if variable.dtype.kind in "OUT" else variable.dtype.str
    return f"variable {name} {variable.dims} {variable.shape} {kind} {_canonical(variable.attrs)}"


def _variable_bytes(values: np.ndarray) -> bytes:
    if values.dtype.kind in "OUT":
        return json.dumps([str(x) for x in values.ravel()]).encode()
    return np.ascontiguousarray(values).tobytes()


def _canonical(attributes: Mapping[Any, Any]) -> str:
    return json.dumps(
        {str(k): np.asarray(v).tolist() for k, v in attributes.items()}, sort_keys=True
    )
