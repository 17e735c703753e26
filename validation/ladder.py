"""Ladders: from the ideal to the real, one idealisation dropped a rung; and the budget they give."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Hashable, Mapping
from typing import Literal

import numpy as np
import xarray as xr

from numerics.schema import align_exactly
from theory.errors import ArgumentError

UNEXPLAINED = "unexplained"


@dataclasses.dataclass(frozen=True)
class Rung:
    """One way to compute the quantity.

    Parameters
    ----------
    name : str
        What it is: ``coupled flow``.
    value : xr.DataArray
        Without the dimensions that it does not depend on; the ladder spreads it over them.
    drops : str
        Name of the idealisation of the rung before that it drops, which names the difference of
        the two in the budget: ``shared frequencies``. Empty for the first rung.
    """

    name: str
    value: xr.DataArray
    drops: str = ""


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The size of a source of the budget, forecast: upper rung minus lower rung.

    Parameters
    ----------
    value, uncertainty : xr.DataArray
        In the units of the comparison, before division by the scale.
    """

    value: xr.DataArray
    uncertainty: xr.DataArray


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Rungs that compute the same quantity; the last, and only the last, is a measurement.

    Parameters
    ----------
    name : str
    rungs : tuple of Rung
        Without the measurement until `completed` has added it.
    measurement : str
        What the last rung will be: ``network``.
    scale : xr.DataArray
        Differences are given in units of it; it broadcasts.
    scale_name : str
        Its symbol in tables: ``S_m``.
    averaged : tuple of str
        Dimensions over which the table averages.
    compare : {"difference", "log"}
    predictions : mapping of str to Prediction
        By name of the source.

    Raises
    ------
    ArgumentError
        If there is no rung, names repeat, or coordinates differ: between rungs, from the scale's,
        from a prediction's. If a measurement lacks a dimension.
    """

    name: str
    rungs: tuple[Rung, ...]
    measurement: str
    scale: xr.DataArray
    scale_name: str = ""
    averaged: tuple[str, ...] = ()
    compare: Literal["difference", "log"] = "difference"
    predictions: Mapping[str, Prediction] = dataclasses.field(default_factory=dict)
    complete: bool = False

    def __post_init__(self) -> None:
        if not self.rungs:
            raise ArgumentError("rungs", "none", "a ladder needs a rung to predict with", "add one")
        names = [r.name for r in self.rungs]
        sources = [r.drops for r in self.rungs[1:]]
        if len(set(names)) < len(names) or len(set(sources)) < len(sources) or "" in sources:
            raise ArgumentError(
                "rungs", f"{names} dropping {sources}", "names must differ, none empty", "rename"
            )
        unknown = set(self.predictions) - set(sources)
        if unknown:
            raise ArgumentError(
                "predictions", sorted(unknown), f"must be among {sources}", "rename"
            )
        whole = self._spread()
        align_exactly("scale", xr.DataArray(self.scale), whole)
        for source, prediction in self.predictions.items():
            for field in ("value", "uncertainty"):
                array = getattr(prediction, field)
                align_exactly(f"{field} predicted of {source}", array, whole)
                if not set(array.dims) <= set(whole.dims):
                    raise ArgumentError(
                        f"{field} predicted of {source}",
                        array.dims,
                        f"must have dimensions among {whole.dims}",
                        "select or average the others",
                    )

    def _spread(self) -> xr.DataArray:
        """Give every rung all dimensions; return the template."""
        values = [rung.value for rung in self.rungs]
        for place, rung in enumerate(self.rungs):
            align_exactly(f"rung {rung.name}", rung.value, *values[:place])
        spread = xr.broadcast(*values)
        labelled = set(spread[0].indexes)
        for rung in self.rungs:
            if unlabelled := {d for d in rung.value.dims if d in labelled} - set(
                rung.value.indexes
            ):
                raise ArgumentError(
                    f"rung {rung.name}",
                    sorted(map(str, unlabelled)),
                    "coordinates must be equal exactly, and these have none",
                    "label the same dimensions",
                )
        if self.complete and set(values[-1].dims) < set(spread[0].dims):
            raise ArgumentError(
                "measured",
                values[-1].dims,
                f"must have the dimensions {spread[0].dims}: a measurement is not spread",
                "measure at every point, nan where nothing was",
            )
        rungs = tuple(
            dataclasses.replace(rung, value=value)
            for rung, value in zip(self.rungs, spread, strict=True)
        )
        object.__setattr__(self, "rungs", rungs)
        return spread[0]

    def completed(self, measured: xr.DataArray) -> Ladder:
        """Return the ladder with its measurement as the last rung."""
        if self.complete:
            raise ArgumentError(
                "measured", self.measurement, "is on the ladder already", "drop one"
            )
        last = Rung(self.measurement, measured, UNEXPLAINED)
        return dataclasses.replace(self, rungs=(*self.rungs, last), complete=True)

    def rung(self, name: str) -> xr.DataArray:
        """Return the values of a rung by its name; the measurement is a rung, too."""
        (value,) = (r.value for r in self.rungs if r.name == name)
        return value

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the differences of neighbouring rungs."""
        return tuple(r.drops for r in self.rungs[1:])

    def status(self, source: str) -> str:
        """Return whether a source is predicted, attributed (computed) or unexplained (measured)."""
        if source == UNEXPLAINED:
            return "unexplained"
        return "predicted" if source in self.predictions else "attributed"

    def difference(self, source: str) -> xr.DataArray:
        """Return upper minus lower rung of a source, in units of the scale, at every point."""
        position = self.sources.index(source)
        upper, lower = (self._compared(r.value) for r in self.rungs[position : position + 2])
        return (upper - lower) / self.scale

    def largest(self, source: str, *, covered: float = 1.0, unit: float | None = None) -> float:
        """Return the largest magnitude of a source, or nan where rungs lack more than they should.

        Parameters
        ----------
        covered : float
            Share of points at which the two rungs are to exist.
        unit : float, optional
            One number to give it in, instead of the ladder's scale.
        """
        sizes = abs(self.difference(source))
        if unit is not None:
            sizes = sizes * self.scale / unit
        exists = float(xr.apply_ufunc(np.isfinite, sizes).mean())
        return float(sizes.max()) if exists >= covered * (1 - 1e-12) else float("nan")

    def remainder(self, source: str) -> xr.DataArray:
        """Return what its prediction leaves of a source, in units of the scale."""
        return self.difference(source) - self.predictions[source].value / self.scale

    def beyond(self, source: str) -> float:
        """Return the share of points at which a prediction leaves more than its uncertainty."""
        if source not in self.predictions:
            return np.nan
        left = self.remainder(source)
        allowed = abs(self.predictions[source].uncertainty) / self.scale
        outside = xr.where(np.isfinite(left), abs(left) > allowed, np.nan)
        return float(outside.mean())

    def whole(self) -> xr.DataArray:
        """Return the first rung minus the last, in units of the scale."""
        first, last = (self._compared(r.value) for r in (self.rungs[0], self.rungs[-1]))
        return (first - last) / self.scale

    def _compared(self, value: xr.DataArray) -> xr.DataArray:
        return xr.apply_ufunc(np.log, value) if self.compare == "log" else value

    def _averaged(self, values: xr.DataArray) -> xr.DataArray:
        return values.mean([d for d in self.averaged if d in values.dims])

    def budget(self) -> list[dict]:
        """Return one row a source: found, predicted and left where the whole difference is largest.

        There the sources add up to prediction minus measurement. `worst` is the largest magnitude
        at any point, `rms` the root of its mean square, `worst_remainder` the largest of what the
        prediction leaves, `beyond` the share of points where that is more than its uncertainty,
        `covered` the share of points at which every rung exists. Averages are over these points
        alone: over others the sources would not add up.
        """
        differences = {source: self.difference(source) for source in self.sources}
        everywhere = sum((abs(d) for d in differences.values()), xr.zeros_like(self.whole()))
        exists = xr.apply_ufunc(np.isfinite, everywhere)
        whole = self._averaged(self.whole().where(exists))
        here = {d: int(i) for d, i in _argmax(abs(whole)).items()}  # where the table stands
        rows = []
        for source, lower in zip(self.sources, self.rungs[1:], strict=True):
            found = float(self._averaged(differences[source].where(exists)).isel(here))
            predicted, uncertainty = self._predicted_at(source, here, exists)
            rows.append(
                {
                    "ladder": self.name,
                    "rung": lower.name,
                    "source": source,
                    "status": self.status(source),
                    "predicted": predicted,
                    "uncertainty": uncertainty,
                    "found": found,
                    "remainder": found if np.isnan(predicted) else found - predicted,
                    "worst": float(abs(differences[source]).max()),
                    "worst_remainder": self._worst_remainder(source),
                    "rms": _root_mean_square(differences[source]),
                    "beyond": self.beyond(source),
                    "covered": float(exists.mean()),
                    "at": _place(whole.isel(here)),
                    "unit": self.scale_name,
                }
            )
        return rows

    def _predicted_at(
        self, source: str, here: Mapping[Hashable, int], exists: xr.DataArray
    ) -> tuple[float, float]:
        if source not in self.predictions:
            return np.nan, np.nan
        prediction = self.predictions[source]
        sides = (prediction.value, abs(prediction.uncertainty))
        value, uncertainty = (
            float(self._averaged((side / self.scale).where(exists)).isel(here)) for side in sides
        )
        return value, uncertainty

    def _worst_remainder(self, source: str) -> float:
        if source not in self.predictions:
            return np.nan
        return float(abs(self.remainder(source)).max())

    def to_dataset(self) -> xr.Dataset:
        """Return the ladder as a Dataset: `value` (rung, ...), predictions (source, ...), scale."""
        rungs = xr.DataArray([r.name for r in self.rungs], dims="rung")
        values = xr.concat([r.value for r in self.rungs], rungs.rename("rung"), join="exact")
        parts = {"value": values, "scale": xr.DataArray(self.scale)}
        if self.predictions:
            sources = xr.DataArray(list(self.predictions), dims="source").rename("source")
            for field in ("value", "uncertainty"):
                whole = self.rungs[0].value
                arrays = [
                    getattr(p, field).broadcast_like(whole) for p in self.predictions.values()
                ]
                name = "predicted" if field == "value" else field
                parts[name] = xr.concat(arrays, sources, join="exact")
        values.attrs = dict(self.rungs[0].value.attrs)
        settings = {
            "name": self.name,
            "measurement": self.measurement,
            "scale_name": self.scale_name,
            "compare": self.compare,
            "averaged": json.dumps(self.averaged),
            "drops": json.dumps([r.drops for r in self.rungs]),
            "complete": int(self.complete),
        }
        return xr.Dataset(parts, attrs=settings)

    @classmethod
    def from_dataset(cls, dataset: xr.Dataset) -> Ladder:
        """Return the ladder that `to_dataset` wrote."""
        drops = json.loads(dataset.attrs["drops"])
        rungs = tuple(
            Rung(str(name), dataset["value"].isel(rung=i, drop=True), drops[i])
            for i, name in enumerate(dataset["rung"].values)
        )
        predictions = {}
        if "source" in dataset.dims:
            predictions = {
                str(source): Prediction(
                    dataset["predicted"].isel(source=i, drop=True),
                    dataset["uncertainty"].isel(source=i, drop=True),
                )
                for i, source in enumerate(dataset["source"].values)
            }
        return cls(
            name=dataset.attrs["name"],
            rungs=rungs,
            measurement=dataset.attrs["measurement"],
            scale=dataset["scale"],
            scale_name=dataset.attrs["scale_name"],
            averaged=tuple(json.loads(dataset.attrs["averaged"])),
            compare=dataset.attrs["compare"],
            predictions=predictions,
            complete=bool(dataset.attrs["complete"]),
        )


def _argmax(values: xr.DataArray) -> dict:
    if not bool(np.isfinite(values).any()):
        raise ArgumentError(
            "ladder", "no finite point", "all rungs must meet somewhere", "check the data"
        )
    if values.ndim == 0:
        return {}
    return dict(values.argmax(values.dims, skipna=True))


def _root_mean_square(values: xr.DataArray) -> float:
    # in one order of memory, whatever the array's own: sums of another order differ in the last bit
    squares = np.ravel(values.values, order="C") ** 2
    return float(np.sqrt(np.nanmean(squares)))


def _place(point: xr.DataArray) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}"
        for name, value in ((n, c.item()) for n, c in point.coords.items() if c.ndim == 0)
    )
