"""Drums of any shape: continuum with its error > space step > time step > spectral bin > network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.drum.estimators.peaks import SHARE
from numerics.drum.shapes.grid_masks import Domain, count_holes, node_places
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.sources import LENGTH
from validation.checks import Finding
from validation.drum import film, sound
from validation.drum.check_table import SHAPE
from validation.drum.shapes import (
    continuum,
    cost,
    figures,
    findings,
    forecasting,
    hearing,
    measuring,
    tables,
)
from validation.drum.shapes.catalog import outline
from validation.drum.shapes.setting import Membrane, setting_of
from validation.drum.shapes.units import MEASURES, in_unit, units
from validation.experiment import Forecast, Measurement, Report, Work

if TYPE_CHECKING:
    from validation.drum import Config

MOST_ANGLES = 12  # that are told


class AnyDrums:
    """One drum of any shape, or the isospectral pair, struck once, at several time steps."""

    name = SHAPE

    def __init__(self, config: Config):
        self.setting = setting_of(config)

    def notes(self) -> list[str]:
        """Return what runs."""
        s, config = self.setting, self.setting.config
        steps = ", ".join(f"{step:.4g}" for step in s.time_steps)
        told = [f"{m.name}: {_mask(m)}.{_geometry(m.shape.domain, s.unit)}" for m in s.membranes]
        return [
            f"Drums of any shape, wave speed {config.speed:g}, time steps {steps}, {config.steps} samples, "
            f"{config.form.replace('_', ' ')}.",
            *told,
            *(f"{m.name}: {note}" for m in s.membranes for note in m.shape.notes),
        ]

    def prepare(self, work: Work) -> xr.Dataset:
        """Return drums, strikes and time steps."""
        s = self.setting
        box = np.max([m.drum.free.shape for m in s.membranes], axis=0)
        free = np.zeros((len(s.membranes), *box), np.int8)
        places = [node_places(m.origin, s.spacing, tuple(box)) for m in s.membranes]
        for d, m in enumerate(s.membranes):
            x, y = m.drum.free.shape
            free[d, :x, :y] = m.drum.free
        outlines = [outline(m.shape.domain) for m in s.membranes]
        longest = max(map(len, outlines))
        drawn = np.full((len(outlines), longest, 2), np.nan)
        for d, line in enumerate(outlines):
            drawn[d, : len(line)] = line
        setup = xr.Dataset(
            {
                **_measures([m.shape.domain for m in s.membranes]),
                "nodes": ("drum", [m.drum.nodes for m in s.membranes]),
                "strike": (("drum", "end"), [m.strike for m in s.membranes]),
                "listen": (("drum", "end"), [m.listen for m in s.membranes]),
                "free": (("drum", "x", "y"), free),
                "places": (("drum", "x", "y", "end"), np.stack(places), {"units": LENGTH}),
                "outline": (("drum", "corner", "end"), drawn, {"units": LENGTH}),
                "speed": s.config.speed,
                "spacing": ((), s.spacing, {"units": LENGTH}),
                "samples": s.config.steps,
                "share": SHARE,
            },
            coords={"drum": s.names, "time_step": list(s.time_steps), "end": ["x", "y"]},
            attrs={
                "form": s.config.form,
                "data": json.dumps({m.name: m.shape.told for m in s.membranes if m.shape.told}),
            },
        )
        return in_unit(setup, s.unit)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return all rungs to the closed-form bin, spectra by every method, and what is heard back."""
        s = self.setting
        count = s.config.modes
        predicted = {"masks": forecasting.of_masks(s, count)}
        best: dict[str, continuum.Spectrum] = {}
        notes: list[str] = []
        if all(m.shape.domain is not None for m in s.membranes):
            thorough = s.config.preset != "quick"
            solved = {
                m.name: continuum.spectra(m.shape, count, thorough=thorough) for m in s.membranes
            }
            found = {name: of.found for name, of in solved.items()}
            best = {name: continuum.best(of) for name, of in found.items()}
            notes = [
                f"{name}: {method} is left out: {why}"
                for name, of in solved.items()
                for method, why in of.left_out.items()
            ]
            many = {
                m.name: continuum.many(m.shape, hearing.HEARD_FROM[s.config.preset])
                for m in s.membranes
            }
            lower = continuum.lower_bounds({m.name: m.shape for m in s.membranes}, count)
            beyond = hearing.heard_beyond(many)
            predicted |= {
                "spectra": forecasting.spectra(found, count).assign(lower_bound=lower),
                "many": hearing.many_modes(many),
                "heard": hearing.heard_back(many),
                "heard_beyond": beyond,
                "bounds": forecasting.bounds(s, best),
            }
            notes += hearing.walls_too_near(predicted["heard"], beyond)
            if thorough and s.membranes[0].shape.finer is None:
                predicted["cost"] = cost.accuracy(s.membranes[0].shape, found[s.names[0]])
        told = {name: in_unit(found, s.unit) for name, found in predicted.items()}
        ladder = forecasting.ladder(s, best)
        return Forecast((ladder,), xr.DataTree.from_dict(told), tuple(notes))

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Strike the network and listen."""
        return measuring.measured(self.setting, work)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_shapes(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return the drum with its spectrum, patterns, budget, what is heard, film and sound."""
        s = self.setting
        listening = measuring.listening(s)
        heard = sound.files(result, {"drums": s.names}, listening, take_turns=s.is_pair)
        first = s.membranes[0]
        filmed = film.gif(result, measuring.exact_film(first), first.name, first.drum.free)
        media = {".gif": filmed, **heard}
        return Report(figures.drawn(result), tables.of_shapes(result), media)


def _measures(domains: Sequence[Domain | None]) -> dict[str, xr.Variable]:
    """Return what of domains their spectra let hear, (drum,), nan of a mask."""
    measures = {}
    for name, of in MEASURES.items():
        values = [getattr(domain, name, np.nan) for domain in domains]
        attributes = {"long_name": name.replace("_", " "), "units": of}
        measures[name] = xr.Variable("drum", values, attributes)
    return measures


def _mask(membrane: Membrane) -> str:
    """Return what the network's drum is, and where it is struck."""
    drum, unit = membrane.drum, membrane.shape.unit
    holes = count_holes(drum.free)
    around = f"around {holes} hole{'s' if holes > 1 else ''}" if holes else "without a hole"
    follows = "; walls on grid lines and diagonals" if membrane.follows_grid else ""
    strike, listen = (
        f"{node} = ({', '.join(f'{x:.4g}' for x in membrane.origin + drum.spacing * np.array(node))})"
        for node in (membrane.strike, membrane.listen)
    )
    return (
        f"mask of {drum.nodes} free nodes {around}, spacing {drum.spacing:.4g} {unit}, struck at node "
        f"{strike}, heard at node {listen}{follows}"
    )


def _geometry(domain: Domain | None, unit: str) -> str:
    """Return what of a domain its spectrum knows, and which corners make eigenfunctions singular."""
    if domain is None:
        return ""
    area = f"{domain.area:.6g} {units(MEASURES['area'], unit)}"
    perimeter = f"{domain.perimeter:.6g} {unit}"
    said = f" Area {area}, perimeter {perimeter}, heat constant {domain.heat_constant:.4g}"
    if isinstance(domain, Polygon):
        angles = np.degrees(domain.angles[domain.singular])
        told = ", ".join(f"{angle:.4g}" for angle in angles[:MOST_ANGLES])
        if len(angles) > MOST_ANGLES:
            told = f"{len(angles)} from {angles.min():.4g} to {angles.max():.4g}"
        said += f"; singular corners: {told} degrees" if len(angles) else "; no singular corner"
    return f"{said}."
