"""A network judged on a whole set of segmented images."""

from __future__ import annotations

import torch
from torch import nn

from numerics.wave_rnn.segments.segment_set import SegmentSet
from numerics.wave_rnn.training.metrics import Scores, joined, scores

TOGETHER = 64  # images that are judged in one batch, as released


def evaluated(network: nn.Module, segments: SegmentSet, together: int = TOGETHER) -> Scores:
    """Return the scores of a network on a set, in the set's order.

    Parameters
    ----------
    network : torch module
        From images (B, C_in, H, W) to logits (B, N, H, W); judged in evaluation mode, and left in the
        mode that it was in.
    segments : SegmentSet
    together : int
        Images in a batch; of all scores only the released FG-loss depends on it.
    """
    device = next(network.parameters()).device
    learning = network.training
    network.eval()
    with torch.no_grad():
        places = torch.arange(len(segments)).split(together)
        parts = [_batch_scores(network, segments, place, device) for place in places]
    network.train(learning)
    return joined(parts)


def _batch_scores(
    network: nn.Module, segments: SegmentSet, places: torch.Tensor, device: torch.device
) -> Scores:
    images, masks = segments.batch(places.numpy())
    logits = network(torch.as_tensor(images, device=device))
    return scores(logits, torch.as_tensor(masks, device=device))
