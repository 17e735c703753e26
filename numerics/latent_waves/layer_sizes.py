"""How wide the layers of the paper's autoencoders are, and the rank that these widths allow."""

from __future__ import annotations

from collections.abc import Sequence

from theory.errors import ArgumentError


def sizes(pixels: int, bottleneck: int, depth: int) -> tuple[int, ...]:
    """Return the widths of an autoencoder's node layers, evenly from n to d and back, cut to integers.

    The depth counts layers of nodes, as the paper's code does: 3 is (n, d, n), 4 (n, d, d, n),
    5 (n, h, d, h, n) and 6 (n, h, d, d, h, n) with h = (n + d)//2. Depth 2 is (n, n): it has no
    bottleneck at all.

    Parameters
    ----------
    pixels, bottleneck : int
        n and d.
    depth : int
        At least 2.

    Raises
    ------
    ArgumentError
        For a bottleneck that is wider than the images or has no node, and a depth below 2.

    Examples
    --------
    >>> sizes(784, 16, 5)
    (784, 400, 16, 400, 784)
    """
    if not 1 <= bottleneck <= pixels:
        raise ArgumentError(
            "bottleneck",
            bottleneck,
            f"must be from 1 to {pixels}, the pixels of an image",
            "change it",
        )
    if depth < 2:
        raise ArgumentError("depth", depth, "must be at least 2 layers of nodes", "pass 3, say")
    steps = (depth - 1) // 2  # from n to d; at depth 2 none is made
    narrowing = tuple(pixels + (bottleneck - pixels) * i // max(1, steps) for i in range(steps + 1))
    return narrowing + narrowing[::-1][depth % 2 :]


def rank_bound(widths: Sequence[int], *, linear: bool = False, bias: bool = True) -> int:
    """Return the largest rank that reconstructions, images as rows, can have.

    They are H W^T + 1 b^T with the activations H of the last hidden layer, (m, w): w + 1 at most,
    without bias w. A linear network can't exceed its narrowest layer either; no matrix exceeds n.

    Parameters
    ----------
    widths : sequence of int
        Of all layers of nodes, n first and last.

    Examples
    --------
    >>> [rank_bound(sizes(784, 16, depth)) for depth in (3, 4, 5, 6)]
    [17, 17, 401, 401]
    """
    hidden = min(widths) if linear else widths[-2]
    return min(hidden + bias, widths[-1])
