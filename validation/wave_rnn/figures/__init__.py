"""Figures of a run, from the tree alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import xarray as xr

from validation.wave_rnn import film_gif
from validation.wave_rnn.figures.bars import bars
from validation.wave_rnn.figures.dispersion import dispersion
from validation.wave_rnn.figures.impulse import impulse
from validation.wave_rnn.figures.invariants import invariants
from validation.wave_rnn.figures.kernels import kernels
from validation.wave_rnn.figures.ladders import ladders
from validation.wave_rnn.figures.losses import losses
from validation.wave_rnn.figures.naming import holds
from validation.wave_rnn.figures.pipeline import pipeline
from validation.wave_rnn.figures.projections import projections
from validation.wave_rnn.figures.receptive_field import receptive_field
from validation.wave_rnn.figures.samples import samples
from validation.wave_rnn.figures.spectra import spectra
from validation.wave_rnn.figures.states import gallery, lstm_states, wave_states
from validation.wave_rnn.figures.strong_waves import strong_waves
from validation.wave_rnn.figures.walls import walls
from validation.wave_rnn.figures.wavelengths import wavelengths

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# title, what the tree must hold for it, and the figure; one axes, or several
FIGURES: tuple[tuple[str, str, Callable[[xr.DataTree], Any]], ...] = (
    ("pipeline", "observed/states/nwm", pipeline),
    ("samples", "observed/pictures", samples),
    ("ranges", "observed/states/nwm", receptive_field),
    ("hidden states", "observed/states/nwm", wave_states),
    ("hidden states of the ConvLSTM", "observed/states/conv_lstm", lstm_states),
    ("more hidden states", "observed/gallery", gallery),
    ("spectra", "observed/spectra", spectra),
    ("projections", "observed/projections", projections),
    ("kernels", "forecast/waves", kernels),
    ("wavelengths", "observed/wavelengths", wavelengths),
    ("scores", "forecast", bars),
    ("training", "setup/loss", losses),
    ("ladders", "ladders", ladders),
    ("dispersion", "observed/exhibits/dispersion", dispersion),
    ("impulse", "observed/exhibits/impulse", impulse),
    ("walls", "observed/exhibits/walls", walls),
    ("invariants", "observed/exhibits/invariants", invariants),
    ("strong waves", "observed/exhibits/strong waves", strong_waves),
)


def drawn(result: xr.DataTree) -> dict[str, Figure]:
    """Return all figures by title, but for those whose data the run does not have."""
    shown = {}
    for title, needed, draw in FIGURES:
        if holds(result, needed):
            found = draw(result)
            if found is not None:
                shown[title] = _laid_out(getattr(found, "figure", None) or found)
    return shown


def _laid_out(figure: Figure) -> Figure:
    """Lay a figure out for good: it is saved twice, and looking for room costs as much as drawing."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def films(result: xr.DataTree) -> dict[str, bytes]:
    """Return the film of hidden states, if a wave network ran."""
    if not holds(result, "observed/states/nwm"):
        return {}
    return {".gif": film_gif.gif(result)}
