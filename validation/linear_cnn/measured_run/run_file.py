"""The file of a run made elsewhere: its sizes first, its values only when asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import zipfile
from pathlib import Path

import numpy as np

from numerics.images.arguments import LARGEST_BYTES, in_one_line
from numerics.learning_curves import FEWEST_RECORDS
from theory.errors import ArgumentError

AXES = {
    "updates": ("record",),
    "predictions": ("record", "image", "output"),
    "strengths": ("record", "mode"),
}


@dataclasses.dataclass(frozen=True)
class RunFile:
    """What of a run's file is read before the forecast; its values only when asked for.

    Parameters
    ----------
    path : Path
    updates : ndarray of int, (time,)
        Updates made before each record.
    name : {"predictions", "strengths"}
    shape : tuple of int
        Of that array: (time, M, p), or (time, mode).
    learning_rate, loss_scale : float, optional
    """

    path: Path
    updates: np.ndarray
    name: str
    shape: tuple[int, ...]
    learning_rate: float | None
    loss_scale: float | None

    def values(self) -> np.ndarray:
        """Return predictions or strengths, in float64."""
        return _member(self.path, self.name).astype(float)

    def sha256(self) -> str:
        """Return the checksum of the file."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def require_finite(self) -> None:
        """Refuse values that are nan or infinite."""
        values = self.values()
        unusable = int((~np.isfinite(values)).sum())
        if unusable:
            raise refused(
                self.path,
                f"{self.name} must be finite, {unusable:,} of {values.size:,} values are not",
                "leave out what is after divergence",
            )


def read_run(given: str) -> RunFile:
    """Read sizes, updates and rates of a run's file.

    Raises
    ------
    ArgumentError
        For anything that is no intact .npz with `updates` and one of `predictions` and `strengths`.
    """
    path = Path(given)
    headers = _headers(path)
    kept = [name for name in AXES if name in headers and name != "updates"]
    if "updates" not in headers or len(kept) != 1:
        raise refused(
            path,
            "must have the keys updates, and predictions or strengths, has "
            + (", ".join(sorted(headers)) or "none"),
            "write it with numpy.savez(path, updates=..., predictions=...)",
        )
    (name,) = kept
    for key in ("updates", name):
        shape, kind = headers[key]
        if len(shape) != len(AXES[key]) or kind not in "iuf":
            raise refused(
                path,
                f"{key} must be real numbers by {', '.join(AXES[key])}; has the shape {shape}",
                "save such an array",
            )
    updates = _member(path, "updates")
    rates = {key: _scalar(path, key) for key in ("learning_rate", "loss_scale") if key in headers}
    _require_grid(path, updates)
    if headers[name][0][0] != len(updates):
        raise refused(
            path,
            f"{name} has {headers[name][0][0]} records, updates {len(updates)}",
            "give each record its number of updates",
        )
    return RunFile(
        path,
        updates.astype(np.int64),
        name,
        headers[name][0],
        rates.get("learning_rate"),
        rates.get("loss_scale"),
    )


def refused(path: Path, expected: str, remedy: str) -> ArgumentError:
    """Return the error for a file of a run."""
    return ArgumentError("--measured", str(path), expected, remedy)


def _headers(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and kind of each array in a file, from what it announces: no value is read."""
    found: dict[str, tuple[tuple[int, ...], str]] = {}
    announced = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    version = np.lib.format.read_magic(stream)
                    read = {
                        (1, 0): np.lib.format.read_array_header_1_0,
                        (2, 0): np.lib.format.read_array_header_2_0,
                    }[version]
                    shape, _, dtype = read(stream)
                found[member.filename.removesuffix(".npy")] = (shape, dtype.kind)
                # as float64, which is what it becomes
                announced += max(member.file_size, 8 * math.prod(shape))
    except Exception as error:  # damaged files surface as a dozen types
        raise refused(
            path, f"must be an intact .npz file ({in_one_line(error)})", "write it with numpy.savez"
        ) from error
    objects = [name for name, (_, kind) in found.items() if kind == "O"]
    if objects:
        raise refused(
            path,
            f"{', '.join(objects)} holds Python objects (a ragged list, or a pickle)",
            "save arrays of numbers",
        )
    if announced > LARGEST_BYTES:
        raise refused(
            path,
            f"announces {announced:,} bytes, at most {LARGEST_BYTES:,} are read",
            "record less often, or save strengths (numerics.observer) instead of predictions",
        )
    return found


def _member(path: Path, name: str) -> np.ndarray:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return stored[name]
    except Exception as error:
        raise refused(
            path, f"{name} cannot be read ({in_one_line(error)})", "write the file again"
        ) from error


def _scalar(path: Path, name: str) -> float:
    values = _member(path, name)
    if values.size != 1 or values.dtype.kind not in "iuf" or not 0 < values.item() < np.inf:
        raise refused(path, f"{name} must be one positive number, is {values}", "mend it")
    return float(values.item())


def _require_grid(path: Path, updates: np.ndarray) -> None:
    if len(updates) < FEWEST_RECORDS:
        raise refused(
            path, f"has {len(updates)} records, at least {FEWEST_RECORDS} are needed", "record more"
        )
    whole = np.isfinite(updates).all() and (updates == np.round(updates)).all()
    if not whole or updates[0] < 0 or (np.diff(updates) <= 0).any() or updates[-1] > 1e8:
        raise refused(
            path,
            "updates must be increasing whole numbers from 0 on, at most 1e8",
            "count the updates made before each record",
        )
