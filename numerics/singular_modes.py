"""The singular modes of a data set, and how strongly a model has learnt each of them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable

import numpy as np
import xarray as xr

from theory.errors import ArgumentError

RANK_THRESHOLD = 1e-10


@dataclasses.dataclass(frozen=True)
class Samples:
    """Inputs with targets, and what of them a linear map has to know.

    M samples, N inputs a channel, C channels, p outputs. Averages divide by M; nothing is subtracted.

    Parameters
    ----------
    inputs : ndarray, (M, C N)
        Images as rows: channel after channel, each row by row.
    targets : ndarray, (M, p)
    channels : int
        C.
    """

    inputs: np.ndarray
    targets: np.ndarray
    channels: int = 1

    @property
    def images(self) -> np.ndarray:
        """The inputs by channels, (M, C, N)."""
        return self.inputs.reshape(len(self.inputs), self.channels, -1)

    @functools.cached_property
    def output_input(self) -> np.ndarray:
        """Syx = <y x^T>, (p, C N)."""
        return self.targets.T @ self.inputs / len(self.inputs)

    @functools.cached_property
    def input_input(self) -> np.ndarray:
        """Sxx = <x x^T>, (C N, C N)."""
        return self.inputs.T @ self.inputs / len(self.inputs)

    @property
    def is_few(self) -> bool:
        """Whether two products with the samples are shorter than one with Sxx."""
        return 2 * len(self.inputs) < self.inputs.shape[1]

    def apply_input_input(self, rows: np.ndarray) -> np.ndarray:
        """Return rows @ Sxx, (..., C N)."""
        if self.is_few:
            return (rows @ self.inputs.T) @ self.inputs / len(self.inputs)
        return rows @ self.input_input

    def error(self, effective_map: np.ndarray) -> np.ndarray:
        """Return E = Syx - P Sxx of maps (..., p, C N)."""
        if self.is_few:
            miss = (self.targets.T - effective_map @ self.inputs.T) / len(self.inputs)
            return miss @ self.inputs
        return self.output_input - effective_map @ self.input_input

    def loss(self, effective_map: np.ndarray) -> np.ndarray:
        """Return the mean squared error over samples and outputs of maps (..., p, C N)."""
        if len(self.inputs) <= self.inputs.shape[1]:  # it may vanish: no difference of large terms
            return np.square(self.targets.T - effective_map @ self.inputs.T).mean(axis=(-2, -1))
        quadratic = effective_map @ self.input_input - 2 * self.output_input
        total = np.square(self.targets).sum() / len(self.targets)
        return (total + (effective_map * quadratic).sum(axis=(-2, -1))) / self.targets.shape[1]

    def equivalent_rows(self) -> Samples:
        """Return C N rows that have the same Sxx and Syx as the M > C N images (thin QR).

        A full batch on them has the same gradients as one on all images; the loss differs by
        `unexplained_by_rows`. Not for single images or nonlinear networks.
        """
        samples, size = self.inputs.shape
        if samples <= size:
            return self
        orthogonal, triangular = np.linalg.qr(self.inputs)
        scale = np.sqrt(size / samples)
        return Samples(triangular * scale, orthogonal.T @ self.targets * scale, self.channels)

    def unexplained_by_rows(self, rows: Samples) -> float:
        """Return the part of the mean squared error that no linear map changes, and rows lack."""
        power, kept = (np.square(x.targets).sum() / len(x.targets) for x in (self, rows))
        return float((power - kept) / self.targets.shape[1])


@dataclasses.dataclass(frozen=True)
class SingularModes(Samples):
    """Samples with the singular value decomposition of Syx; r modes.

    Parameters
    ----------
    left, singular_values, right : ndarray, (p, r), (r,), (C N, r)
        Syx = left diag(singular_values) right^T, decreasing.
    variances : ndarray, (r,)
        v_m^T Sxx v_m.
    """

    left: np.ndarray = dataclasses.field(kw_only=True)
    singular_values: np.ndarray = dataclasses.field(kw_only=True)
    right: np.ndarray = dataclasses.field(kw_only=True)
    variances: np.ndarray = dataclasses.field(kw_only=True)

    @property
    def right_images(self) -> np.ndarray:
        """The right singular vectors as images, (r, C, N)."""
        return self.right.T.reshape(len(self.singular_values), self.channels, -1)

    @property
    def smallest_gap(self) -> float:
        """Smallest difference of neighbouring singular values, relative to the largest.

        Where it vanishes, the modes inside the block are arbitrary.
        """
        if len(self.singular_values) < 2:
            return 1.0
        return float(-np.diff(self.singular_values).max() / self.singular_values[0])

    def strengths(self, effective_map: np.ndarray) -> np.ndarray:
        """Return A = U^T P Sxx V for maps P of shape (..., p, C N): (..., r, r) (text 4, 5)."""
        return self.left.T @ effective_map @ self.apply_input_input(self.right.T).T


def flat_inputs(images: xr.Dataset) -> np.ndarray:
    """Return images as rows, (M, C N): channel after channel, each row by row.

    Raises
    ------
    ArgumentError
        If the images are not square, are none, or are not finite.
    """
    image = images["image"]
    if image.dims not in (("sample", "y", "x"), ("sample", "y", "x", "channel")):
        raise ArgumentError(
            "images",
            f"dimensions {image.dims}",
            "images with dimensions (sample, y, x) or (sample, y, x, channel) are needed",
            "make them with numerics.images",
        )
    count, height, width = image.shape[:3]
    if height != width or height < 2:
        raise ArgumentError(
            "images", f"{height} x {width} pixels", "must be square, 2 x 2 at least", "crop them"
        )
    if count == 0:
        raise ArgumentError("images", "0 samples", "at least one is needed", "add images")
    values = image.values.astype(float)
    if values.ndim == 4:
        values = np.moveaxis(values, 3, 1)
    values = values.reshape(count, -1)
    if not np.isfinite(values).all():
        raise ArgumentError(
            "images", f"{int((~np.isfinite(values)).sum())} pixels", "must be finite", "mend them"
        )
    return values


def one_hot(labels: np.ndarray, classes: int | None = None) -> np.ndarray:
    """Return labels 0 .. p-1 as rows of the unit matrix, M x p; p is the largest label + 1 by default.

    Raises
    ------
    ArgumentError
        If a label is negative, not whole, or not below `classes`.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ArgumentError(
            "labels", labels, "must be whole numbers from 0 on", "number the classes"
        )
    count = int(labels.max()) + 1
    if classes is not None and count > classes:
        raise ArgumentError(
            "labels", count - 1, f"must be below the number of classes, {classes}", "relabel them"
        )
    return np.eye(count if classes is None else classes)[labels]


def samples_of(images: xr.Dataset, classes: int | None = None) -> Samples:
    """Return a labelled image set as rows and one-hot targets.

    Parameters
    ----------
    images : xr.Dataset
        `image` (sample, y, x[, channel]) and `label` (sample), as `numerics.images` has them.
    classes : int, optional
        Number of outputs, where the last classes may have no image (a test set).

    Raises
    ------
    ArgumentError
        For images that `flat_inputs` refuses, or labels that are not theirs.
    """
    inputs, targets = flat_inputs(images), one_hot(images["label"].values, classes)
    return Samples(inputs, _matching(inputs, targets), images["image"].sizes.get("channel", 1))


def _matching(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    if len(inputs) != len(targets):
        raise ArgumentError(
            "labels",
            f"{len(targets)} labels",
            f"must be as many as the {len(inputs)} images",
            "match",
        )
    return targets


def singular_modes(images: xr.Dataset) -> SingularModes:
    """Compute the singular modes of a labelled image set.

    Parameters
    ----------
    images : xr.Dataset
        `image` (sample, y, x[, channel]) and `label` (sample), as `numerics.images` has them.

    Raises
    ------
    ArgumentError
        For images that `samples_of` refuses, or if nothing correlates with the labels.
    """
    return modes_of(samples_of(images))


def modes_of(samples: Samples) -> SingularModes:
    """Compute the singular modes of inputs and any real targets.

    Raises
    ------
    ArgumentError
        If nothing correlates with the targets.
    """
    left, values, right = np.linalg.svd(samples.output_input, full_matrices=False)
    rank = int((values > RANK_THRESHOLD * values[0]).sum()) if values[0] > 0 else 0
    if rank == 0:
        raise ArgumentError(
            "images", "all zero on average", "no class has an image to learn", "use other images"
        )
    right = right[:rank].T
    return SingularModes(
        inputs=samples.inputs,
        targets=samples.targets,
        channels=samples.channels,
        left=left[:, :rank],
        singular_values=values[:rank],
        right=right,
        variances=np.square(samples.inputs @ right).mean(axis=0),
    )


def effective_singular_values(
    modes: SingularModes, chunks: Iterable[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Return A = U^T (Y^^T X / M) V of any model from its predictions (text 4, 5).

    Parameters
    ----------
    modes : SingularModes
    chunks : iterable of (inputs (m, N), predictions (..., m, p))
        All samples, in pieces of any size.

    Returns
    -------
    ndarray, (..., r, r)
        Diagonal: strength of each mode; off the diagonal: leakage.
    """
    total, samples = np.zeros(()), 0
    for inputs, predictions in chunks:
        learnt = np.swapaxes(predictions @ modes.left, -1, -2)
        total = total + learnt @ (inputs @ modes.right)
        samples += len(inputs)
    if samples == 0:
        raise ArgumentError(
            "chunks", "none", "at least one chunk is needed", "pass the predictions"
        )
    return total / samples


def discovery_updates(
    updates: np.ndarray, strengths: np.ndarray, singular_values: np.ndarray
) -> np.ndarray:
    """Return the number of updates at which each strength first passes half its singular value.

    Parameters
    ----------
    updates : ndarray, (time,)
    strengths : ndarray, (..., mode, time)
    singular_values : ndarray, (mode,)

    Returns
    -------
    ndarray, (..., mode)
        Interpolated between observations; nan where it never happens.
    """
    above = strengths > singular_values[:, None] / 2
    first = above.argmax(axis=-1)
    before = np.maximum(first - 1, 0)

    def at(index: np.ndarray) -> np.ndarray:
        return np.take_along_axis(strengths, index[..., None], axis=-1)[..., 0]

    rise = at(first) - at(before)
    share = np.divide(
        singular_values / 2 - at(before), rise, out=np.zeros_like(rise), where=rise != 0
    )
    moment = updates[before] + np.clip(share, 0, 1) * (updates[first] - updates[before])
    return np.where(above.any(axis=-1), moment, np.nan)
