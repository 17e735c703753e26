"""The singular modes of a data set, and how strongly a model has learnt each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import xarray as xr

from theory.errors import ArgumentError

RANK_THRESHOLD = 1e-10


@dataclasses.dataclass(frozen=True)
class SingularModes:
    """Correlations of a data set and their singular value decomposition.

    M samples, N inputs, p outputs, r modes. Averages divide by M; nothing is subtracted.

    Parameters
    ----------
    inputs : ndarray, (M, N)
        Images as rows, flattened row by row.
    targets : ndarray, (M, p)
        One-hot labels.
    output_input : ndarray, (p, N)
        Syx = <y x^T>.
    input_input : ndarray, (N, N)
        Sxx = <x x^T>.
    left, singular_values, right : ndarray, (p, r), (r,), (N, r)
        Syx = left diag(singular_values) right^T, decreasing.
    variances : ndarray, (r,)
        v_m^T Sxx v_m.
    """

    inputs: np.ndarray
    targets: np.ndarray
    output_input: np.ndarray
    input_input: np.ndarray
    left: np.ndarray
    singular_values: np.ndarray
    right: np.ndarray
    variances: np.ndarray

    @property
    def smallest_gap(self) -> float:
        """Smallest difference of neighbouring singular values, relative to the largest.

        Where it vanishes, the modes inside the block are arbitrary.
        """
        if len(self.singular_values) < 2:
            return 1.0
        return float(-np.diff(self.singular_values).max() / self.singular_values[0])

    def strengths(self, effective_map: np.ndarray) -> np.ndarray:
        """Return A = U^T P Sxx V for maps P of shape (..., p, N): shape (..., r, r) (text 4, 5)."""
        return self.left.T @ effective_map @ (self.input_input @ self.right)

    def equivalent_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return N rows that have the same Sxx and Syx as the M > N images (thin QR).

        A full batch on them has the same gradients as one on all images; the loss differs by a
        constant. Not for single images, test losses or nonlinear networks.
        """
        samples, size = self.inputs.shape
        if samples <= size:
            return self.inputs, self.targets
        orthogonal, triangular = np.linalg.qr(self.inputs)
        scale = np.sqrt(size / samples)
        return triangular * scale, orthogonal.T @ self.targets * scale


def flat_inputs(images: xr.Dataset) -> np.ndarray:
    """Return images as rows, M x N.

    Raises
    ------
    ArgumentError
        If the images have channels, are not square, are none, or are not finite.
    """
    image = images["image"]
    if image.dims != ("sample", "y", "x"):
        raise ArgumentError(
            "images",
            f"dimensions {image.dims}",
            "grey images with dimensions (sample, y, x) are needed",
            "pass --grey, or numerics.images.grey(images)",
        )
    count, height, width = image.shape
    if height != width or height < 2:
        raise ArgumentError(
            "images", f"{height} x {width} pixels", "must be square, 2 x 2 at least", "crop them"
        )
    if count == 0:
        raise ArgumentError("images", "0 samples", "at least one is needed", "add images")
    values = image.values.astype(float).reshape(count, -1)
    if not np.isfinite(values).all():
        raise ArgumentError(
            "images", f"{int((~np.isfinite(values)).sum())} pixels", "must be finite", "mend them"
        )
    return values


def one_hot(labels: np.ndarray) -> np.ndarray:
    """Return labels 0 .. p-1 as rows of the unit matrix, M x p.

    Raises
    ------
    ArgumentError
        If a label is negative or not whole.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ArgumentError(
            "labels", labels, "must be whole numbers from 0 on", "number the classes"
        )
    return np.eye(int(labels.max()) + 1)[labels]


def singular_modes(images: xr.Dataset) -> SingularModes:
    """Compute the singular modes of a labelled image set.

    Parameters
    ----------
    images : xr.Dataset
        `image` (sample, y, x) and `label` (sample), as every function of `numerics.images` returns.

    Raises
    ------
    ArgumentError
        For images that `flat_inputs` refuses, or if nothing correlates with the labels.
    """
    inputs, targets = flat_inputs(images), one_hot(images["label"].values)
    if len(inputs) != len(targets):
        raise ArgumentError(
            "labels",
            f"{len(targets)} labels",
            f"must be as many as the {len(inputs)} images",
            "match",
        )
    samples = len(inputs)
    output_input, input_input = targets.T @ inputs / samples, inputs.T @ inputs / samples
    left, values, right = np.linalg.svd(output_input, full_matrices=False)
    rank = int((values > RANK_THRESHOLD * values[0]).sum()) if values[0] > 0 else 0
    if rank == 0:
        raise ArgumentError(
            "images", "all zero on average", "no class has an image to learn", "use other images"
        )
    right = right[:rank].T
    return SingularModes(
        inputs=inputs,
        targets=targets,
        output_input=output_input,
        input_input=input_input,
        left=left[:, :rank],
        singular_values=values[:rank],
        right=right,
        variances=np.einsum("nm,nk,km->m", right, input_input, right),
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
    total, samples = 0.0, 0
    for inputs, predictions in chunks:
        total = total + np.swapaxes(predictions, -1, -2) @ inputs
        samples += len(inputs)
    if samples == 0:
        raise ArgumentError(
            "chunks", "none", "at least one chunk is needed", "pass the predictions"
        )
    return modes.left.T @ (total / samples) @ modes.right


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
