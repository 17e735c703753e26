"""The paper's claims on waves in image sets, each decided by the numbers of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.paper_rows import PAPER_ROWS
from numerics.latent_waves.verdict import LEAST_ISOTONIC_R2
from validation import results
from validation.latent_waves import findings
from validation.latent_waves.discovery import CRITERION, OWN, PAPER, PRINTED, REFITTED
from validation.latent_waves.forecasting import FRONT, HALF_B, HANN
from validation.latent_waves.held_out_frames import BY_P, PERSISTENCE
from validation.latent_waves.paper_tables import CIRCLES
from validation.verdicts import (
    CONSISTENT,
    OPEN,
    REFUTED,
    REPRODUCED,
    SHARPENED,
    Row,
    verdict_table,
)

MARGIN = 0.05  # of R2 over the best null, below which an equation explains what nothing explains
STEADY = 0.15  # relative spread of a coefficient over halves of the images
SAME_P = 0.2  # two shapes further apart are different ones
PRINTED_DIGITS = 1e-3
SAME_ORDER, SAME_RATIO = 0.01, 1.1  # a null is like the set: isotonic R2 lower by, q larger by
OUTWARDS = 0.9  # rank correlation of the front radius with the frame


def verdicts(result: xr.DataTree) -> dict[str, Any]:
    """Return what the paper says beside what this run found."""
    rows = [_moves(result), _explained(result), _shape(result)]
    if "equations" in result["/observed"].children:
        rows += [
            _obeys(result),
            _identified(result),
            _stable(result),
            _printed_p(result),
            _burgers(result),
            _regenerates(result),
        ]
    return verdict_table(rows)


def _moves(result: xr.DataTree) -> Row:
    """A ring moves outwards: does the front's radius grow with the frame?"""
    front = results.ladder(result, FRONT).rung(HALF_B)
    grown = float(np.corrcoef(front["frame"], _ranks(front.values))[0, 1])
    word = results.dataset(result, "observed/whole").attrs["word"]
    return [
        "the sorted spectra look like a wave front that moves outwards",
        REPRODUCED if grown > OUTWARDS else REFUTED,
        f"rank correlation of the front's radius with the frame {grown:.3f}; in one word: {word}",
    ]


def _ranks(values: np.ndarray) -> np.ndarray:
    return values.argsort(kind="stable").argsort(kind="stable").astype(float)


def _explained(result: xr.DataTree) -> Row:
    """What moves it: does it take more than a power spectrum to make such a film?"""
    correlation = findings.order_correlation(result, HANN)
    null, whole = (results.dataset(result, f"observed/{group}") for group in ("null", "whole"))
    shuffled = float(results.array(result, "observed/shuffled", "isotonic_r2").max())
    as_ordered = float(null["isotonic_r2"]) >= float(whole["isotonic_r2"]) - SAME_ORDER
    as_moving = float(null["ratio"]) <= SAME_RATIO * float(whole["ratio"])
    return [
        "behind the order of the eigenimages is a dynamics",
        REFUTED if as_ordered and as_moving else OPEN,
        f"Gaussian images with the set's Hann spectrum and nothing else: {null.attrs['word']}, isotonic "
        f"R2 {float(null['isotonic_r2']):.3f}, q {float(null['ratio']):.3f}, the set "
        f"{float(whole['isotonic_r2']):.3f} and {float(whole['ratio']):.3f}; the power spectrum of half of "
        f"the images forecasts the order of the other half, Spearman {correlation:.4f}; with all pixels "
        f"shuffled alike the isotonic R2 is {shuffled:.3f}",
    ]


def _shape(result: xr.DataTree) -> Row:
    """The ring is a sphere of the printed p."""
    whole = results.dataset(result, "observed/whole")
    name = result.attrs["case"]
    p, fitting = float(whole["p"]), float(whole["isotonic_r2"])
    said = f"p = {p:.2f} with isotonic R2 {fitting:.3f}"
    row = PAPER_ROWS.get(name)
    if fitting < LEAST_ISOTONIC_R2:
        return [SPHERE, REFUTED, f"{said}: no p-norm orders the frequencies of this set"]
    if row is None:
        return [SPHERE, OPEN, f"{said}; the paper prints no p for this set"]
    near = abs(p - row.p) <= SAME_P
    return [SPHERE, SHARPENED if near else REFUTED, f"{said}; printed {row.p:g}{_read(result)}"]


def _read(result: xr.DataTree) -> str:
    """Return what the paper's own estimate gives, frame by frame, where it was made."""
    observed = result["/observed"].children
    if "equations" not in observed or "paper_tables" not in observed["equations"].children:
        return ""
    found = results.array(result, "observed/equations/paper_tables", "read_p")
    frames = found["frame"].values
    values = ", ".join(f"{p:.3g}" for p in found.values)
    return (
        f"; by the ring of the largest mean in one frame, j = {frames[0]} to {frames[-1]}: {values}"
    )


SPHERE = "the ring is the sphere of a p-norm, with the p of Table 3"


# --- equations ----------------------------------------------------------------------------------


def _obeys(result: xr.DataTree) -> Row:
    """The wave obeys a simple equation: is anything held out explained, and is it run with success?"""
    claim = "the wave obeys a simple partial differential equation"
    film = results.dataset(result, f"observed/equations/{PAPER}")
    name = REFITTED if REFITTED in film["equation"] else CRITERION
    one = film.sel(equation=name)
    margin = findings.above_nulls(result, PAPER)
    said = (
        f"R2 {float(one['train']):.3f} where fitted, {float(one['held_out']):.3f} held out; all terms "
        f"held out minus the best null {margin:+.3f}; {one['verdict'].values}"
    )
    run = findings.simulated_over(film, name, PERSISTENCE)
    if run is not None:
        shift = findings.simulated_over(film, name, BY_P)
        said += f"; run forwards its rmse is {run:.2f} of persistence's, {shift:.2f} of the shift's"
        null = float(one["null_rmse"] / one["rmse"])
        if np.isfinite(null):
            said += f"; the same terms fitted to a null have {null:.2f} of its rmse"
    if margin > MARGIN and float(one["held_out"]) > MARGIN:
        verdict = CONSISTENT
    elif run is not None and run < 1:
        verdict = WEAKENED
    else:
        verdict = REFUTED
    return [claim, verdict, said]


WEAKENED = "weakened"


def _identified(result: xr.DataTree) -> Row:
    """Does an equation that was chosen without the frames held out beat the law without parameters?"""
    claim = "the equation describes how the wave moves"
    ran = []
    for which in (PAPER, OWN):
        film = results.dataset(result, f"observed/equations/{which}")
        for name in (PRINTED, REFITTED, CRITERION):
            if name in film["equation"]:
                ratio = findings.simulated_over(film, name, BY_P)
                if ratio is not None:
                    beats_null = not film["null_rmse"].sel(equation=name) < film["rmse"].sel(
                        equation=name
                    )
                    ran.append((ratio, bool(beats_null), f"{name}, {which} rings"))
    if not ran:
        return [
            claim,
            REFUTED,
            "no equation chosen without these frames is well-posed and can be run",
        ]
    ratio, beats_null, name = min(ran)
    said = (
        f"best of {len(ran)} that can be run: {name}, rmse {ratio:.2f} of that of the shift of one "
        "mode a frame, which has no parameter"
    )
    return [claim, CONSISTENT if ratio < 1 and beats_null else REFUTED, said]


def _stable(result: xr.DataTree) -> Row:
    claim = "the equations of Table 1 are a property of the set"
    film = results.dataset(result, f"observed/equations/{PAPER}")
    if REFITTED not in film["equation"]:
        return [claim, OPEN, "the paper prints no equation of this set at this size"]
    one = film.sel(equation=REFITTED)
    spread, share = float(one["spread"].min()), float(one["selected_share"])
    said = (
        f"between halves of the images its coefficients scatter by {spread:.0%} and more, its terms are "
        f"selected in {share:.0%} of them"
    )
    return [claim, REFUTED if spread > STEADY or share < 1 else REPRODUCED, said]


def _printed_p(result: xr.DataTree) -> Row:
    claim = "Table 1 was made with rings of the printed p"
    row = PAPER_ROWS.get(result.attrs["case"])
    if row is None or "paper_tables" not in result["/observed/equations"].children:
        return [claim, OPEN, "the paper prints no equation of this set at this size"]
    found = results.array(result, "observed/equations/paper_tables", "missed")
    closest = str(found["rings"].values[found.values.argmin()])
    said = "; ".join(
        f"{name}: {float(found.sel(rings=name)):.2g}" for name in found["rings"].values
    )
    said = f"largest difference from the printed coefficients by {said}"
    if float(found.min()) > PRINTED_DIGITS:
        return [claim, OPEN, f"{said}; none gives the printed digits"]
    if row.p == CIRCLES:
        return [claim, CONSISTENT, said]
    return [claim, REFUTED if closest.startswith(f"p = {CIRCLES:g},") else CONSISTENT, said]


def _burgers(result: xr.DataTree) -> Row:
    """A structure that all share would be selected whatever the rings, the threshold or the images."""
    claim = "the equations share the structure of Burgers' equation, with shocks"
    films = {f: results.dataset(result, f"observed/equations/{f}") for f in (PAPER, OWN)}
    chosen = {
        f"{CRITERION}, {which} rings": findings.terms_of(film, CRITERION)
        for which, film in films.items()
    }
    if REFITTED in films[PAPER]["equation"]:
        chosen["Table 1"] = findings.terms_of(films[PAPER], REFITTED)
    said = "; ".join(f"{name}: {', '.join(terms)}" for name, terms in chosen.items())
    burgers = [{"u u_x", "u_xx"} <= set(terms) for terms in chosen.values()]
    return [claim, CONSISTENT if all(burgers) else REFUTED, f"terms selected: {said}"]


def _regenerates(result: xr.DataTree) -> Row:
    claim = "the equation can stand for the data (compression)"
    film = results.dataset(result, f"observed/equations/{PAPER}")
    name = PRINTED if PRINTED in film["equation"] else CRITERION
    run = findings.simulated_over(film, name, PERSISTENCE)
    kept = "the film has lost phases and signs, no image can be made of it"
    if run is None:
        return [
            claim,
            REFUTED,
            f"{film.sel(equation=name)['reason'].values}: cannot be run; {kept}",
        ]
    said = f"run over the frames held out it has {run:.2f} of persistence's rmse; {kept}"
    return [claim, REFUTED if run >= 1 else OPEN, said]
