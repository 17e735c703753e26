"""What tests of whole runs of `wave_rnn` share: a finished run, and one that leaves out all but values."""

import contextlib
import functools

import pytest
from command_line import FinishedRun

from validation.wave_rnn import WaveRnnExperiment, figures

Run = functools.partial(FinishedRun, "wave_rnn")


@contextlib.contextmanager
def plain():
    """No figures, no film, no rows that need no data: where only the values are looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "drawn", lambda result: {})
        patch.setattr(figures, "films", lambda result: {})
        patch.setattr(WaveRnnExperiment, "verifications", lambda self: {})
        yield
