"""Second moments from the workers of a dask cluster: parts are multiplied there, sums are a tree.

Bytes give the same bits as one process, whoever multiplies what and in whatever order: each sum is an
integer that a float holds exactly. Floats give them up to rounding. What a worker had that dies,
another does again. dask is of the extra `scale`; nothing here loads it before a caller does.
"""

from __future__ import annotations

import itertools
import operator
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import PixelForm, pixel_form
from numerics.latent_waves.moments import (
    SecondMoments,
    counted_blocks,
    moments_of,
    refuse_many_pixels,
)
from theory.errors import ArgumentError

PART_BYTES = 8 * 2**20
"""Of images sent at once; dask warns of more than 10 MB."""
PARTS_A_WORKER = 4
"""Parts of a round for each worker: what comes home of a round is one sum."""
ROUNDS_AT_ONCE = 2
"""While one comes home the next is under way."""

Sum = TypeVar("Sum")


def moments_of_array(images: Any, *, scale: float | None = None) -> Any:
    """Return the moments of a dask array of images, (m, y, x[, channels]), as a `dask.delayed.Delayed`.

    `.compute()` gives the SecondMoments, on whatever scheduler is set: threads, processes, a cluster.
    Colours become grey, and values are judged, as in `numerics.images.stream_of`.

    Parameters
    ----------
    images : dask.array.Array
        Its chunks may be of any size; each should hold more images than there are pixels, since what
        it leaves is n^2 values.
    scale : float, optional
        A pixel value is a stored value times this. By default 1/255 for bytes, and 1 for floats,
        which must lie in [0, 1] then.

    Raises
    ------
    ArgumentError
        For an array of another shape or kind, with unknown length, and more than 20000 pixels; when it
        is computed, for values that are not finite or out of range.
    """
    import dask

    given = f"dask array of shape {images.shape}, {images.dtype}"
    if np.isnan(images.size):
        raise ArgumentError(
            "dataset",
            given,
            "its chunks must have known sizes",
            "call its compute_chunk_sizes() first",
        )
    form = pixel_form(images.shape, images.dtype, scale, given)
    refuse_many_pixels(form.shape)
    whole = images.rechunk(dict.fromkeys(range(1, images.ndim), -1))
    lengths = whole.chunks[0]
    starts = [0, *itertools.accumulate(lengths)]
    part_moments, add = dask.delayed(_part_moments), dask.delayed(operator.add)
    parts = zip(whole.to_delayed().ravel(), starts, lengths, strict=False)
    return tree_sum([part_moments(form, part, start) for part, start, size in parts if size], add)


def moments_on_cluster(
    stream: ImageStream, client: Any, *, progress: Callable[[int, int], None] | None = None
) -> SecondMoments:
    """Return the moments of a stream; this process reads the images, the workers multiply them.

    A few MiB go out at a time and one sum comes home from each round, so that neither this process
    nor the scheduler holds more than two rounds, however many images there are.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster.
    progress : callable, optional
        Called with the number of images done and their total.

    Raises
    ------
    ArgumentError
        For what `second_moments` refuses.
    """
    refuse_many_pixels(stream.shape)
    under_way: deque[Any] = deque()
    total: SecondMoments | None = None
    for parts in _rounds(stream, client):
        sent = [client.submit(moments_of, part, stream.scale, pure=False) for part in parts]
        under_way.append(tree_sum(sent, lambda a, b: client.submit(operator.add, a, b, pure=False)))
        if len(under_way) == ROUNDS_AT_ONCE:
            total = _come_home(under_way, total, stream.count, progress)
    while under_way:
        total = _come_home(under_way, total, stream.count, progress)
    assert total is not None  # a stream without images was refused
    return total


def tree_sum(parts: list[Sum], add: Callable[[Sum, Sum], Sum]) -> Sum:
    """Return the sum of neighbours, of their sums, and so on: deep as the logarithm of their number.

    Examples
    --------
    >>> tree_sum(["a", "b", "c", "d", "e"], lambda left, right: f"({left}{right})")
    '(((ab)(cd))e)'
    """
    while len(parts) > 1:
        pairs = [add(*parts[i : i + 2]) for i in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0]


def _part_moments(form: PixelForm, stored: np.ndarray, start: int) -> SecondMoments:
    """Return the moments of a chunk whose first image has this number."""
    return moments_of(form.grey(stored, start), form.scale)


def _rounds(stream: ImageStream, client: Any) -> Iterator[list[np.ndarray]]:
    """Yield the images in lists of parts, as many as keep the workers of the moment busy."""
    parts: list[np.ndarray] = []
    for part in _parts(stream):
        parts.append(part)
        if len(parts) >= PARTS_A_WORKER * max(1, len(client.nthreads())):
            yield parts
            parts = []
    if parts:
        yield parts


def _parts(stream: ImageStream) -> Iterator[np.ndarray]:
    """Yield the images in parts of nearly PART_BYTES, whatever the stream's blocks."""
    waiting: list[np.ndarray] = []
    for _, images in counted_blocks(stream):
        most = max(1, PART_BYTES // images[:1].nbytes) if len(images) else 1
        for begin in range(0, len(images), most):
            piece = images[begin : begin + most]
            if waiting and sum(map(len, waiting)) + len(piece) > most:
                yield np.concatenate(waiting)
                waiting = []
            waiting.append(piece)
    if waiting:
        yield np.concatenate(waiting)


def _come_home(
    under_way: deque[Any],
    total: SecondMoments | None,
    count: int,
    progress: Callable[[int, int], None] | None,
) -> SecondMoments:
    """Return the total with the oldest round's sum."""
    found = under_way.popleft().result()
    total = found if total is None else total + found
    if progress is not None:
        progress(total.count, count)
    return total
