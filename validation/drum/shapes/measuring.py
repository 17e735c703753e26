"""The measurement of drums of any shape: the network struck and heard, filmed, and written as sound."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.drum.estimators.peaks import SHARE
from numerics.drum.lines import angles
from numerics.drum.stepping import mallet
from validation.drum import film, sound
from validation.drum.fundamental import FUNDAMENTAL, frequency_of_bins
from validation.drum.listening import Struck, bins_heard, network_hears
from validation.drum.shapes.setting import Membrane, ShapeSetting
from validation.experiment import Measurement, Work

FILM_COURANT = 0.5
MALLET = 1 / 12  # width of the mallet, of the root of the number of nodes


def measured(setting: ShapeSetting, work: Work) -> Measurement:
    """Run the network and read its bins; record and film what checks and figures need."""
    config = setting.config
    runs = [
        Struck(m.drum, step, m.strike, m.listen)
        for step in setting.time_steps
        for m in setting.membranes
    ]
    heard = network_hears(
        runs,
        setting.points,
        samples=config.steps,
        form=config.form,
        device=config.device,
        work=work,
    )
    bins = bins_heard(heard, lambda **_: SHARE)
    observed = {
        "runs": xr.Dataset({"bin": bins, "signal_error": _signal_errors(setting, heard)}),
        "spectrum": _spectra(setting, heard),
        "sound": sound.recorded(heard, lambda **_: SHARE, setting.lines),
        "film": shot(setting.membranes[0]),
    }
    frequency = frequency_of_bins(bins, config.steps)
    return Measurement({FUNDAMENTAL: frequency}, xr.DataTree.from_dict(observed))


def _signal_errors(setting: ShapeSetting, heard: xr.DataArray) -> xr.DataArray:
    """Return how far each signal is from the modal one, at most."""
    closed = [
        [setting.lines(step, name).signal(setting.config.steps) for name in setting.names]
        for step in setting.time_steps
    ]
    return abs(heard - np.array(closed)).max("sample")


def _spectra(setting: ShapeSetting, heard: xr.DataArray) -> xr.Dataset:
    """Return the magnitudes of every drum at the first time step, over frequency."""
    first = heard.isel(time_step=0, drop=True)
    magnitude = np.abs(np.fft.rfft(first.values))
    frequency = np.arange(magnitude.shape[-1]) / (setting.config.steps * setting.time_steps[0])
    return xr.Dataset(
        {"magnitude": (("drum", "frequency"), magnitude)},
        coords={"drum": setting.names, "frequency": frequency},
    )


# --- under a mallet -------------------------------------------------------------------------------


def under_mallet(membrane: Membrane) -> np.ndarray:
    """Return the displacement that a soft mallet leaves, (x, y)."""
    return mallet(membrane.drum, membrane.strike, MALLET * np.sqrt(membrane.drum.nodes))


def film_step(membrane: Membrane) -> float:
    """Return the time step of the film."""
    return FILM_COURANT * membrane.drum.spacing / float(membrane.drum.speed)


def steps_of_frames(membrane: Membrane) -> np.ndarray:
    """Return the step of each picture."""
    return film.steps_of_frames(angles(membrane.modes.eigenvalues[:1], film_step(membrane))[0])


def shot(membrane: Membrane) -> xr.Dataset:
    """Return the network's displacement at each picture, (frame, x, y)."""
    steps = steps_of_frames(membrane)
    return film.shot(membrane.drum, film_step(membrane), under_mallet(membrane), steps)


def exact_film(membrane: Membrane) -> np.ndarray:
    """Return the same pictures by the drum's modes, no step taken, (frame, x, y)."""
    start, step = under_mallet(membrane), film_step(membrane)
    return np.stack([membrane.modes.jump(start, step, int(n)) for n in steps_of_frames(membrane)])


def listening(setting: ShapeSetting) -> np.ndarray:
    """Return what a mallet lets hear of each drum at the first time step, (drum, sample)."""
    signals = [_of_mallet(membrane, setting) for membrane in setting.membranes]
    return np.stack(signals)


def _of_mallet(membrane: Membrane, setting: ShapeSetting) -> np.ndarray:
    from numerics.drum.lines import Lines

    modes, free = membrane.modes, membrane.drum.free
    strengths = modes.vectors.T @ under_mallet(membrane)[free]
    heard = modes.vectors[membrane.drum.index(membrane.listen)]
    turned = angles(modes.eigenvalues, setting.time_steps[0])
    lines = Lines.merged(turned, strengths * heard, setting.config.form)
    return lines.signal(setting.config.steps)
