"""How strongly any model has learnt each singular mode of a data set, from its predictions alone."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr

from numerics.images.arguments import in_one_line, require_integer
from numerics.schema import quantity
from numerics.singular_modes import (
    Samples,
    SingularModes,
    effective_singular_values,
    modes_of,
    one_hot,
)
from theory.errors import ArgumentError

LEADING = ("trial", "update")  # what the axes before (M, p) are taken for, the last ones first
SAMPLES_AT_ONCE = 1000


class EffectiveSingularValues:
    """A = U^T (Y^^T X / M) V of any model on a fixed set of images (text 4, 5).

    Syx = U diag(S) V^T is of these images and labels; nothing of the model enters but its
    predictions, and images need not be square.

    Parameters
    ----------
    images : ndarray or xr.Dataset
        (M, h, w), (M, h, w, C), or rows (M, N); or an image set of `numerics.images`.
    labels : ndarray, optional
        Whole numbers (M,), each of 0 .. p-1 at least once, or real targets (M, p). An image set
        brings its own.

    Raises
    ------
    ArgumentError
        For images and labels that do not belong together or are not finite, for a class without
        an image, and if nothing correlates with the labels.

    Examples
    --------
    >>> observer = EffectiveSingularValues(np.eye(4)[:, :3], np.array([0, 1, 1, 0]))
    >>> observer(np.eye(2)[[0, 1, 1, 0]]).strength.values.round(3).tolist()  # perfect: A = S
    [0.354, 0.25]
    """

    def __init__(self, images: np.ndarray | xr.Dataset, labels: np.ndarray | None = None):
        values, labels = _images_and_labels(images, labels)
        # channels in front, as torch and `Samples` have them
        self._images = np.moveaxis(values, 3, 1) if values.ndim == 4 else values
        self._rows = rows = self._images.reshape(len(values), -1)
        channels = values.shape[3] if values.ndim == 4 else 1
        self.modes: SingularModes = modes_of(Samples(rows, _targets(labels, len(rows)), channels))

    def __call__(
        self,
        model: Any,
        *,
        dims: Sequence[str] | None = None,
        layout: Literal["images", "rows"] | None = None,
        samples_at_once: int = SAMPLES_AT_ONCE,
    ) -> xr.Dataset:
        """Observe a model.

        Parameters
        ----------
        model : array, torch module or function
            Predictions (..., M, p) of all images in their order; or what makes them of a batch. A
            module is shown tensors of its own precision, on its device, in evaluation mode and
            without gradients; its mode is restored. A function is shown float64 arrays.
        dims : sequence of str, optional
            Names of the axes before (M, p), from `numerics.schema`. Default: those of a DataArray;
            otherwise the last is ``update`` and one before it ``trial``.
        layout : {"images", "rows"}, optional
            What a batch is: (m, C, h, w), or (m, C h w), channel after channel. Default: rows only
            where the images came as rows.
        samples_at_once : int
            Images in a batch. What is summed over batches is the same to rounding.

        Returns
        -------
        xr.Dataset
            `strength` (..., mode), the diagonal of `matrix` A (..., mode, right_mode); `leakage`
            (...), the largest magnitude off the diagonal; `singular_value` (mode). In float64.

        Raises
        ------
        ArgumentError
            For predictions of another shape or not finite, axes without a name, and a model that
            does not take its batches.
        """
        step = require_integer("samples_at_once", samples_at_once, 1, None, "pass 1000, say")
        if not callable(model):
            predictions = _in_float64(model)
            if predictions.ndim < 2:
                raise self._misfit(predictions.shape, len(self._images))
            names, coords = _labelled_axes(model, predictions.ndim - 2, dims)
            parts = (predictions[..., i : i + step, :] for i in range(0, len(self._images), step))
            self._require_fit(predictions, len(self._images))
            return self._observed(parts, names, coords)
        if layout is None:
            layout = "rows" if self._images.ndim == 2 else "images"
        with _as_function(model) as predict:
            later = self._predicted(predict, self._batches(layout, step))
            first = next(later)
            names, coords = _labelled_axes(None, first.ndim - 2, dims)
            return self._observed(_chained(first, later), names, coords)

    def _batches(self, layout: str, step: int) -> Iterator[np.ndarray]:
        """Yield the images in pieces."""
        images = self._images
        if layout not in ("images", "rows"):
            raise ArgumentError(
                "layout", layout, "must be 'images' or 'rows'", "choose one of these"
            )
        if layout == "rows":
            images = images.reshape(len(images), -1)
        elif images.ndim == 2:
            raise ArgumentError(
                "layout",
                layout,
                "the images came as rows",
                "pass layout='rows', or images (M, h, w)",
            )
        elif images.ndim == 3:
            images = images[:, None]
        for first in range(0, len(images), step):
            yield images[first : first + step]

    def _predicted(self, predict: Callable, batches: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        for batch in batches:
            try:
                predictions = _in_float64(predict(batch))
            except ArgumentError:
                raise
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                raise ArgumentError(
                    "model",
                    f"a batch of shape {batch.shape}",
                    f"the model did not take it ({in_one_line(error)})",
                    "choose the other layout, or wrap the model in a function of such batches",
                ) from error
            self._require_fit(predictions, len(batch))
            yield predictions

    def _require_fit(self, predictions: np.ndarray, samples: int) -> None:
        if predictions.shape[-2:] != (samples, self.modes.targets.shape[1]):
            raise self._misfit(predictions.shape, samples)
        unusable = int((~np.isfinite(predictions)).sum())
        if unusable:
            raise ArgumentError(
                "predictions",
                f"{unusable} values of {predictions.size} that are nan or infinite",
                "must be finite",
                "leave out what is after divergence",
            )

    def _misfit(self, shape: tuple[int, ...], samples: int) -> ArgumentError:
        return ArgumentError(
            "predictions",
            f"shape {shape}",
            f"must end in ({samples}, {self.modes.targets.shape[1]}): images, outputs",
            "predict these images in their order, one row each",
        )

    def _observed(
        self, parts: Iterator[np.ndarray], dims: tuple[str, ...], coords: dict[str, Any]
    ) -> xr.Dataset:
        matrix = effective_singular_values(self.modes, self._beside_images(parts))
        off_diagonal = matrix * (1 - np.eye(matrix.shape[-1]))
        values = self.modes.singular_values
        return xr.Dataset(
            {
                "strength": quantity(
                    np.diagonal(matrix, axis1=-2, axis2=-1),
                    [*dims, "mode"],
                    name="strength",
                    long_name="mode strength A",
                    coords=coords,
                ),
                "matrix": quantity(
                    matrix,
                    [*dims, "mode", "right_mode"],
                    name="matrix",
                    long_name="effective singular values A",
                    coords=coords | {"right_mode": np.arange(1, len(values) + 1)},
                ),
                "leakage": quantity(
                    np.abs(off_diagonal).max(axis=(-2, -1)),
                    dims,
                    name="leakage",
                    long_name="largest entry of A off the diagonal",
                    coords=coords,
                ),
                "singular_value": quantity(
                    values, ["mode"], name="singular_value", long_name="singular value"
                ),
            },
            attrs={
                "samples": len(self._rows),
                "outputs": self.modes.targets.shape[1],
                # where it vanishes, the modes inside a block are arbitrary
                "smallest_gap": self.modes.smallest_gap,
            },
        )

    def _beside_images(
        self, parts: Iterator[np.ndarray]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the images (m, N) of each batch of predictions (..., m, p), and these."""
        done = 0
        for predictions in parts:
            count = predictions.shape[-2]
            yield self._rows[done : done + count], predictions
            done += count


def _images_and_labels(
    images: np.ndarray | xr.Dataset, labels: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return images (M, N), (M, h, w) or (M, h, w, C) as finite float64, and their labels."""
    if isinstance(images, xr.Dataset):
        if "image" not in images or (labels is None and "label" not in images):
            raise ArgumentError(
                "images",
                f"a Dataset of {', '.join(map(str, images)) or 'nothing'}",
                "must have `image` and `label`",
                "make it with numerics.images, or pass arrays",
            )
        labels = images["label"].values if labels is None else labels
        images = images["image"].values
    elif labels is None:
        raise ArgumentError("labels", None, "an array of images needs labels", "pass them")
    values = _in_float64(images, "images")
    if values.ndim not in (2, 3, 4) or 0 in values.shape:
        raise ArgumentError(
            "images",
            f"shape {values.shape}",
            "must be rows (M, N), (M, h, w) or (M, h, w, C), none of these 0",
            "reshape them; channels go last",
        )
    unusable = int((~np.isfinite(values)).sum())
    if unusable:
        raise ArgumentError("images", f"{unusable} pixels", "must be finite", "mend them")
    return values, np.asarray(labels)


def _targets(labels: np.ndarray, samples: int) -> np.ndarray:
    """Return whole numbers (M,) as one-hot rows, real targets (M, p) as they are."""
    if labels.ndim not in (1, 2) or len(labels) != samples or 0 in labels.shape:
        raise ArgumentError(
            "labels",
            f"shape {labels.shape}",
            f"must be whole numbers ({samples},) or real targets ({samples}, p), one each image",
            "match them",
        )
    if labels.ndim == 1:
        targets = one_hot(labels)
        without = np.flatnonzero(~targets.any(axis=0))
        if len(without):
            raise ArgumentError(
                "labels",
                f"no image of class {', '.join(map(str, without))}",
                f"each of 0 .. {targets.shape[1] - 1} needs one",
                "number the classes from 0 on, or pass one-hot targets (M, p)",
            )
        return targets
    targets = _in_float64(labels, "labels")
    if not np.isfinite(targets).all():
        raise ArgumentError(
            "labels", f"{int((~np.isfinite(targets)).sum())} values", "must be finite", "mend them"
        )
    return targets


def _in_float64(values: Any, argument: str = "predictions") -> np.ndarray:
    """Return an array, or a tensor of any framework's device and precision, in float64."""
    if hasattr(values, "detach"):  # a tensor; bfloat16 has no NumPy type, so torch converts
        values = values.detach().cpu().double().numpy()
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "buif":
            raise TypeError(f"{array.dtype} is no real number")
        return array.astype(float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            argument,
            f"{type(values).__name__} ({in_one_line(error)})",
            "must be an array of real numbers",
            "convert it with numpy.asarray",
        ) from error


def _labelled_axes(
    model: Any, count: int, dims: Sequence[str] | None
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return names of the axes before (M, p), and the coordinates that a DataArray brings for them."""
    if dims is None and isinstance(model, xr.DataArray):
        names = tuple(map(str, model.dims[:-2]))
        return names, {name: model[name].values for name in names if name in model.coords}
    if dims is None and count > len(LEADING):
        raise ArgumentError(
            "dims",
            "none",
            f"the predictions have {count} axes before (M, p)",
            "name them, from numerics.schema",
        )
    names = LEADING[len(LEADING) - count :] if dims is None else tuple(dims)
    if len(names) != count:
        raise ArgumentError(
            "dims", names, f"the predictions have {count} axes before (M, p)", "name each of them"
        )
    return names, {}


def _chained(first: np.ndarray, others: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    yield first
    yield from others


@contextlib.contextmanager
def _as_function(model: Any) -> Iterator[Callable[[np.ndarray], Any]]:
    """Give a torch module as a function of arrays, in evaluation mode; its modes are restored."""
    torch = sys.modules.get("torch")  # a module can only come from where torch is loaded
    if torch is None or not isinstance(model, torch.nn.Module):
        yield model
        return
    floating = (p for p in (*model.parameters(), *model.buffers()) if p.is_floating_point())
    like = next(floating, torch.zeros((), dtype=torch.float64))
    # each part by itself: a frozen layer in a training network has a mode of its own
    modes = [(part, part.training) for part in model.modules()]

    def predict(batch: np.ndarray) -> Any:
        return model(torch.tensor(batch, dtype=like.dtype, device=like.device))

    model.eval()
    try:
        with torch.no_grad():
            yield predict
    finally:
        for part, training in modes:
            part.training = training
