"""One cycle as closed functions of an update's number: torch's own, step by step."""

import warnings

import numpy as np
import pytest
import torch

from numerics.one_cycle import one_cycle


@pytest.mark.parametrize(
    ("updates", "warm_up"), [(1200, 0.2), (101, 0.1), (37, 0.3), (2400, 0.05), (10, 0.101)]
)
def test_a_cycle_is_torchs(updates, warm_up):
    """Rate and beta1 of every update are those of OneCycleLR with its defaults, to 1e-12 relative."""
    adam = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        adam, max_lr=5e-3, total_steps=updates, pct_start=warm_up
    )
    expected = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch: no update was made in between
        for _ in range(updates):
            expected.append((adam.param_groups[0]["lr"], adam.param_groups[0]["betas"][0]))
            scheduler.step() if len(expected) < updates else None
    found = [one_cycle(update, updates, 5e-3, warm_up) for update in range(updates)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
