"""One cycle: the learning rate rises and falls once, Adam's first beta falls and rises against it."""

from __future__ import annotations

import math

START = 1 / 25  # of the peak: where the rate begins
END = 1e-4  # of its start: where it ends
BETAS = (0.95, 0.85)  # the first beta at both ends, and at the peak


def one_cycle(update: int, updates: int, peak: float, warm_up: float) -> tuple[float, float]:
    """Return the learning rate of an update and Adam's beta1.

    Both follow half cosines: the rate from peak/25 to the peak and on to peak/250000, beta1 from .95
    to .85 and back, in torch's way of counting: the peak lies at `warm_up * updates - 1`.

    Parameters
    ----------
    update, updates : int
        Its number, counted from 0, and how many there are.
    peak : float
        The largest rate.
    warm_up : float
        Share of the updates before the peak.

    Source: `torch.optim.lr_scheduler.OneCycleLR` with its defaults; L. N. Smith, N. Topin,
    arXiv 1708.07120.

    Examples
    --------
    >>> [f"{rate:.1e} {beta:.2f}" for rate, beta in (one_cycle(k, 101, 1e-3, 0.1) for k in (0, 10, 100))]
    ['4.0e-05 0.95', '1.0e-03 0.85', '4.0e-09 0.95']
    """
    top = warm_up * updates - 1
    if update < top:
        share = update / top
        return peak * _between(START, 1, share), _between(*BETAS, share)
    share = (update - top) / (updates - 1 - top)
    return peak * _between(1, START * END, share), _between(*BETAS[::-1], share)


def _between(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2
