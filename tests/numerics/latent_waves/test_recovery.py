"""The table of strong against weak form under noise."""

import numpy as np
import pytest

from numerics.latent_waves.known_films import KNOWN_FILMS
from numerics.latent_waves.recovery import recovery_table


def test_weak_form_survives_where_differences_do_not():
    """Advection and Burgers, 0 and 1 percent: the weak errors stay small and were to be expected."""
    found = recovery_table(("advection", "burgers"), (0.0, 0.01), range(3))
    worst = found["error"].max("trial")
    assert (worst.sel(form="weak", noise=0.0) < 1e-6).all()
    assert (worst.sel(form="weak", noise=0.01) < 0.005).all()
    assert worst.sel(form="strong", film="burgers", noise=0.01) > 0.9
    assert (found["expected"].sel(noise=0.0) == 0).all()
    assert (worst.sel(form="weak", noise=0.01) < 4 * found["expected"].sel(noise=0.01)).all()
    assert found["by_noise"].all()


@pytest.mark.slow
def test_table():
    """Worst of five seeds at 0, 1 and 5 percent, as printed; all supports are found by their noise."""
    found = recovery_table(KNOWN_FILMS, (0.0, 0.01, 0.05), range(5))
    worst = found["error"].max("trial")
    weak = [[2.4e-4, 1.2e-3], [2.3e-3, 1.1e-2], [2.3e-4, 1.2e-3], [5.0e-4, 3.1e-3]]
    np.testing.assert_allclose(worst.sel(form="weak", noise=[0.01, 0.05]), weak, rtol=0.05)
    strong = [4.9e-3, 3.9e-3, 7.0e-3, 7.4e-3]
    np.testing.assert_allclose(worst.sel(form="strong", noise=0.0), strong, rtol=0.02)
    assert (worst.sel(form="strong", noise=0.05)[1:] > 0.9).all()
    assert found["by_noise"].all()
    assert found["by_criterion"].sel(noise=0.0).all()
    assert not found["by_criterion"].all()
