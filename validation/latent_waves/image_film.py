"""An image set's film: its front forecast from half of the images, measured on the other half.

Ladder: area law > lattice count > power spectrum > locally stationary model > eigenimages of half A >
eigenimages of half B.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_waves.field import LEAST
from numerics.latent_waves.second_order import local_amplitude
from numerics.schema import quantity
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.latent_waves import discovery, figures, findings, forecasting, measuring, tables
from validation.latent_waves.exactness import exactness
from validation.latent_waves.film_gif import gif
from validation.latent_waves.halves import Halves
from validation.latent_waves.setting import setting_of
from validation.latent_waves.verdicts import verdicts

if TYPE_CHECKING:
    from validation.latent_waves import Config


class ImageFilm:
    """The film of an image set."""

    def __init__(self, config: Config):
        self.setting = setting_of(config)
        self.name = self.setting.name
        self._halves = Halves(self.setting)

    def notes(self) -> list[str]:
        """Return what runs."""
        s, stream = self.setting, self.setting.stream
        said = [
            f"{stream.count} images of {stream.shape[0]} x {stream.shape[1]} pixels ({stream.name}), grey; "
            f"half A forecasts, half B is measured, seed {s.config.seed}.",
            "The film: spectra of the eigenimages, from the largest singular value to the smallest.",
        ]
        if s.config.equations and not s.fits_equations:
            said.append(
                f"No equations: the film has {s.rings} rings, third derivatives take {LEAST} or more."
            )
        if s.fits_equations:
            said.append(
                "Equations are fitted to the film of all images, each held against nulls, held-out "
                "frames and halves of the images."
            )
        if stream.provenance.get("subset"):
            said.append(
                f"warning: the folder in MODEWISE_DATA has {stream.count} images of {stream.name} only. "
                "Without that variable all are downloaded."
            )
        return said

    def prepare(self, work: Work) -> xr.Dataset:
        """Return what half A adds up to: products of pixels by their checksum, local amplitude."""
        half, stream = self._halves.first, self.setting.stream
        told = {
            "name": stream.name,
            "samples": stream.count,
            "sha256": stream.provenance.get("sha256", ""),
            "steps": [dict(stream.provenance)],
        }
        return xr.Dataset(
            {
                "local_amplitude": quantity(
                    local_amplitude(half),
                    ["y", "x"],
                    name="local_amplitude",
                    long_name="root mean square of a pixel, half A",
                )
            },
            attrs={
                "data": json.dumps(told),
                "images": half.count,
                "products_sha256": hashlib.sha256(half.products.tobytes()).hexdigest(),
            },
        )

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return the ladder of R(j), and orders, ring energies and shape, from half A alone."""
        work.progress("models of half A", 0, 1)
        ladder, predicted = forecasting.forecast(self.setting, self._halves)
        work.progress("models of half A", 1, 1)
        return Forecast((ladder,), predicted)

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Measure the front of half B, judge the film of all images, fit and judge equations."""
        (ladder,) = forecast.ladders
        frames = ladder.rungs[0].value["frame"].values
        p = float(forecast.predicted["p"])
        wide = np.asarray(forecast.predicted["width/width"]["frame"])
        compared = slice(frames[0], frames[-1] + 1)
        radii, front = measuring.of_half(self._halves, p, compared, wide)
        work.progress("film of all images", 0, 1)
        images, whole = measuring.of_whole(self.setting, self._halves, p)
        work.progress("film of all images", 1, 1)
        whole["half_b"] = xr.DataTree(front)
        if self.setting.compares_decompositions:
            whole["exactness"] = xr.DataTree(exactness(self.setting.stream))
        if self.setting.fits_equations:
            whole["equations"] = discovery.of_set(
                self.setting, self._halves, images, forecast.predicted, work
            )
        return Measurement({ladder.name: radii}, whole)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_images(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return the figures, tables, verdicts and the film."""
        return Report(
            figures.of_images(result),
            [*tables.of_images(result), verdicts(result)],
            {".gif": gif(result)},
        )
