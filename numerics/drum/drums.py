"""Drums on a grid: which nodes are free, how far apart they are, how fast waves run at each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence, Sized

import numpy as np

from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True, eq=False)
class Drum:
    """A membrane on a square grid, clamped wherever it is not free.

    Parameters
    ----------
    free : ndarray of bool, (x, y)
        True where a node moves. The outermost nodes are clamped: they are the rim.
    spacing : float
        Distance h of neighbouring nodes.
    speed : float, or ndarray, (x, y)
        Wave speed c, or its value at every node; clamped nodes' are not read.

    Raises
    ------
    ArgumentError
        For a mask that is not two-dimensional, has no free node or a free one on its rim; a spacing
        or a speed that is not positive and finite.
    """

    free: np.ndarray
    spacing: float = 1.0
    speed: float | np.ndarray = 1.0

    def __post_init__(self) -> None:
        free = np.array(self.free)
        object.__setattr__(self, "free", free)  # a copy: a drum does not change with the mask given
        if free.ndim != 2:
            raise ArgumentError(
                "free", free.shape, "must have two dimensions", "pass a mask (x, y)"
            )
        if free.dtype != bool:
            raise ArgumentError("free", free.dtype, "must hold truth values", "use from_mask")
        if not free.any():
            raise ArgumentError("free", "no free node", "something has to move", "free a node")
        inside = free[1:-1, 1:-1]
        if np.count_nonzero(inside) != np.count_nonzero(free):
            raise ArgumentError(
                "free", "a free node on the rim", "the rim is clamped", "use from_mask, it adds one"
            )
        if not (np.isfinite(self.spacing) and self.spacing > 0):
            raise ArgumentError(
                "spacing", self.spacing, "must be positive and finite", "choose another"
            )
        self._require_speed(free)

    def _require_speed(self, free: np.ndarray) -> None:
        speed = np.asarray(self.speed, float)
        if speed.shape not in ((), free.shape):
            raise ArgumentError(
                "speed",
                speed.shape,
                f"must be one number or have the shape {free.shape}",
                "reshape",
            )
        moving = np.broadcast_to(speed, free.shape)[free]
        if not (np.isfinite(moving).all() and (moving > 0).all()):
            worst = moving[~(np.isfinite(moving) & (moving > 0))][0]
            raise ArgumentError(
                "speed", float(worst), "must be positive and finite at free nodes", "change it"
            )

    @property
    def nodes(self) -> int:
        """Number of free nodes."""
        return int(np.count_nonzero(self.free))

    def speed_squared(self) -> np.ndarray:
        """Return c^2 at every node, (x, y), 0 where it is clamped."""
        return np.where(self.free, np.asarray(self.speed, float) ** 2, 0.0)

    def require_free(self, name: str, node: Sequence[int]) -> tuple[int, int]:
        """Return a node as a pair of indices, the rim counted.

        Raises
        ------
        ArgumentError
            If it is not a pair of whole numbers, or not a free node.
        """
        pair = tuple(node)
        if len(pair) != 2 or any(not isinstance(i, int | np.integer) for i in pair):
            raise ArgumentError(name, pair, "must be two whole numbers, (x, y)", "name a node")
        x, y = int(pair[0]), int(pair[1])
        rows, columns = self.free.shape
        if not (0 <= x < rows and 0 <= y < columns and self.free[x, y]):
            raise ArgumentError(
                name,
                (x, y),
                f"must be a free node of the {rows} x {columns} grid, its rim counted from 0",
                "choose one inside",
            )
        return x, y

    def require_field(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return a field, (x, y), as floats with 0 on clamped nodes, whatever stood there.

        Raises
        ------
        ArgumentError
            If it has another shape, or is not finite at a free node.
        """
        field = np.asarray(values, float)
        if field.shape != self.free.shape:
            raise ArgumentError(
                name, field.shape, f"must have the drum's shape {self.free.shape}", "reshape"
            )
        if not np.isfinite(field[self.free]).all():
            raise ArgumentError(name, "nan or inf", "must be finite at free nodes", "change it")
        return np.where(self.free, field, 0.0)

    def index(self, node: Sequence[int]) -> int:
        """Return the number of a free node, in C order of the free nodes."""
        x, y = self.require_free("node", node)
        return int(np.count_nonzero(self.free.ravel()[: x * self.free.shape[1] + y]))

    def field(self, values: np.ndarray) -> np.ndarray:
        """Return values at the free nodes, (..., node), as fields (..., x, y), nan where clamped."""
        kind = np.result_type(values, np.nan)  # whole numbers have no nan
        drawn = np.full((*values.shape[:-1], *self.free.shape), np.nan, kind)
        drawn[..., self.free] = values
        return drawn

    @property
    def largest_step_bound(self) -> float:
        """A time step below which every form is stable: h/(sqrt(2) max c), by Gershgorin's circles."""
        fastest = float(np.sqrt(self.speed_squared().max()))
        return float(self.spacing / (np.sqrt(2) * fastest))


def square(spacings: int, *, spacing: float = 1.0, speed: float | np.ndarray = 1.0) -> Drum:
    """Return the square drum of side L = M h; its free nodes are 1, ..., M-1 along each axis.

    Raises
    ------
    ArgumentError
        For fewer than two spacings: no node would be free.

    Examples
    --------
    >>> square(3).free.shape, square(3).nodes
    ((4, 4), 4)
    """
    require_whole("spacings", spacings, 2)
    free = np.zeros((spacings + 1, spacings + 1), bool)
    free[1:-1, 1:-1] = True
    return Drum(free, spacing, speed)


def strip(length: int, width: int) -> Drum:
    """Return the rectangle of `length` x `width` spacings of 1, at least 2 x 2."""
    require_whole("length", length, 2)
    require_whole("width", width, 2)
    return from_mask(np.ones((length - 1, width - 1), bool))


def disk(radius: int) -> Drum:
    """Return the nodes with x^2 + y^2 < R^2: a disk on a grid, its wall a staircase."""
    require_whole("radius", radius, 1)
    along = np.arange(-radius, radius + 1)
    return from_mask(along[:, None] ** 2 + along[None, :] ** 2 < radius**2)


def l_shape(spacings: int) -> Drum:
    """Return the L of three squares with sides of `spacings` spacings of 1, at least 2."""
    require_whole("spacings", spacings, 2)
    size = 2 * spacings + 1
    free = np.zeros((size, size), bool)
    free[1:spacings, 1:-1] = True
    free[1:-1, 1:spacings] = True
    return Drum(free)


def from_mask(
    mask: np.ndarray,
    *,
    spacing: float = 1.0,
    speed: float = 1.0,
    component: str | None = None,
) -> Drum:
    """Return a drum whose free nodes are those of a mask; a clamped rim is added around it.

    Parameters
    ----------
    mask : ndarray of bool or integers, (x, y)
        Not zero: free.
    component : {"largest", "all"}, optional
        What to take of a mask that falls into parts: its largest, or all of them, whose spectrum is
        the union of theirs.

    Raises
    ------
    ArgumentError
        For a mask that is not two-dimensional, holds nan or no free node; for one of several
        components, if none is chosen: with their sizes.
    """
    from scipy import ndimage

    mask = np.asarray(mask)
    if mask.ndim != 2:
        raise ArgumentError("mask", mask.shape, "must have two dimensions", "pass one layer")
    if mask.dtype.kind == "f" and np.isnan(mask).any():
        raise ArgumentError("mask", "nan", "must be free or clamped everywhere", "use 0 and 1")
    if not mask.any():
        raise ArgumentError("mask", "no free node", "something has to move", "free a node")
    if component not in (None, "largest", "all"):
        raise ArgumentError("component", component, "must be largest or all", "choose one of them")
    free = np.pad(mask != 0, 1)
    parts, count = ndimage.label(free)
    if count > 1 and component is None:
        sizes = sorted(np.bincount(parts.ravel())[1:].tolist(), reverse=True)
        raise ArgumentError(
            "mask",
            f"{count} components of {', '.join(map(str, sizes[:8]))} nodes",
            "must be connected, or its spectrum is the union of several drums'",
            "choose component largest or all",
        )
    if count > 1 and component == "largest":
        free = parts == 1 + np.bincount(parts.ravel())[1:].argmax()
    return Drum(free, spacing, speed)


def laplacian(field: np.ndarray, spacing: float = 1.0) -> np.ndarray:
    """Return the five-point stencil of fields, (..., x, y): 0 on the outermost nodes.

    (q_E + q_W + q_N + q_S - 4 q)/h^2; the caller clamps what else is clamped.
    """
    field = np.asarray(field, np.result_type(field, 1.0))  # whole numbers would lose the fraction
    result = np.zeros_like(field)
    inside = field[..., 1:-1, 1:-1]
    result[..., 1:-1, 1:-1] = (
        field[..., 2:, 1:-1]
        + field[..., :-2, 1:-1]
        + field[..., 1:-1, 2:]
        + field[..., 1:-1, :-2]
        - 4 * inside
    ) / spacing**2
    return result


def require_whole(name: str, value: int, least: int) -> None:
    """Raise ArgumentError unless a value is a whole number from `least` on."""
    if not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(name, value, f"must be a whole number from {least} on", "enlarge")


def require_one_each(drums: Sequence[Drum], **given: Sized) -> None:
    """Raise ArgumentError unless there is a drum, and one of everything else for each."""
    if not drums:
        raise ArgumentError("drums", "none", "something has to move", "pass a drum")
    for name, values in given.items():
        if len(values) != len(drums):
            raise ArgumentError(
                name, len(values), f"must be as many as drums, {len(drums)}", "pass one a drum"
            )
