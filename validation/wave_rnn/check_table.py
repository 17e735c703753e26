"""All checks of `wave_rnn`, with their bars: stated here and nowhere else."""

from validation.checks import Check, Relation, validation, verification

SMALL, POLYGONS, TETROMINOES, MNIST, MULTI, OWN = (
    "small_tetrominoes",
    "polygons",
    "tetrominoes",
    "mnist",
    "multi_mnist",
    "FILE",
)
CASES = {name: f"--dataset {name}" for name in (SMALL, POLYGONS, TETROMINOES, MNIST, MULTI, OWN)}
ALL = tuple(CASES)

STATED = "the default networks and training, waves at a tenth of the rate or at the whole"
COUNTED = "waves that grow by less than 1e100 in T steps"  # beyond, numbers leave their range
STORED = "the networks that come with the package"
NINE = "nine seeds or more"
BOUNDED = "a margin below 4, at which no network leaves the finite numbers"
BRIEF = "histories of ten units of time or less"  # strong short waves are unstable in the long run

_Bar = float | tuple[float, float]


def _exact() -> tuple[Check, ...]:
    """Return what is asked without any image."""
    rows: tuple[tuple[str, str, _Bar, str, Relation], ...] = (
        ("W01", "parameter counts that differ: by formula, as built, of the paper", 0, "", "=="),
        ("W02", "linear history against powers in closed form, relative", 1e-12, "", "<="),
        ("W03", "symbol of a 3 x 3 kernel on plane waves", 1e-12, "", "<="),
        ("W04", "frequency of a mode, read off its history", 1e-9, "", "<="),
        ("W04b", "decay rate of a mode, read off its history", 1e-9, "", "<="),
        ("W05", "real stiffness: Jury against eigenvalues, 20000 triples", 0, "mismatches", "=="),
        ("W06", "complex stiffness: Schur-Cohn against eigenvalues", 0, "mismatches", "=="),
        ("W07", "Q over 2000 steps, random omega(x): drift, relative", 1e-13, "", "<="),
        ("W08", "balance of Q with damping alpha(x), relative", 1e-13, "", "<="),
        ("W09", "balance of Q0 with tanh", 1e-11, "", "<="),
        ("W10", "range of H at dt = .1 over that at .05", (1.8, 2.2), "", "in"),
        ("W10b", "range of H2 over that of H", 0.1, "", "<="),
        ("W11", "growth bound where it is attained, relative", 1e-12, "", "<="),
        ("W12", "front at 1e-3 of the maximum against the Airy rule", 1, "px", "<="),
        ("W13", "largest hidden state outside the hard cone", 0, "", "=="),
        ("W14", "reflected energy of packets against |R|^2, relative", 0.01, "", "<="),
        ("W15", "frequency of strong travelling waves, relative", 5e-3, "", "<="),
        ("W15b", "frequency of strong standing waves, relative", 1e-2, "", "<="),
        ("W16", "linear readouts by multipliers, float64, relative", 1e-12, "", "<="),
        ("W16b", "the same in float32", 1e-5, "", "<="),
        ("W17", "recurrence in one node: gradients by differences, cases that fail", 0, "", "=="),
        ("W18", "recurrence in one node against the loop, float32, relative", 1e-4, "", "<="),
        ("W20", "memory saved for the backward pass: one node over the loop", 0.55, "", "<="),
        ("W21", "FG-IoU of the release against a/(2 - a)", 1e-12, "", "<="),
        ("W22", "loss of a constant predictor against the entropy", 1e-12, "", "<="),
        ("W23", "wavelength of waves of 8, 16, 32 px, relative", 0.02, "", "<="),
        ("W25", "slope of the error of linear theory in the amplitude", (1.9, 2.1), "", "in"),
    )
    return tuple(verification(*row) for row in rows)


def _of_waves() -> tuple[Check, ...]:
    """Return what every wave network is asked, trained or not."""
    rows: tuple[tuple[str, str, _Bar, str, Relation, str], ...] = (
        ("W26", "one pixel changed: hidden states outside the cone", 0, "", "==", ""),
        ("W26b", "one pixel changed: logits outside the cone", 0, "", "==", ""),
        ("W27", "states over their bound, every pixel and step", 1 + 1e-5, "", "<=", BOUNDED),
        ("W28", "margin 4.1: warnings raised", 1, "", "==", ""),
        ("W28b", "margin 3.9: warnings raised", 0, "", "==", ""),
        ("W29", "small waves of the kernels against their matrix", 1e-9, "", "<=", COUNTED),
        ("WN1", "modes of the networks: what twelve harmonics leave", 0.02, "", "<=", BRIEF),
        ("W31", "one mode: what space step costs, against its size", 0.05, "", "<=", ""),
        ("W31b", "one mode: what the time step costs, against its size", 0.05, "", "<=", ""),
        ("W31c", "one mode: what tanh costs, against its size", 0.05, "", "<=", ""),
        ("W31d", "one mode: what is left", 2e-3, "A", "<=", ""),
    )
    return tuple(
        validation(id, what, asked, unit, ALL, relation, given=given)
        for id, what, asked, unit, relation, given in rows
    )


def _of_order() -> tuple[Check, ...]:
    """Return what is asked of the readouts' order on small tetrominoes."""
    rows: tuple[tuple[str, str, float, Relation, str], ...] = (
        ("W24", "FG-loss of linear over that of CNN-2, worst seed", 0.6, "<=", STATED),
        ("W24b", "FG-loss of fft over that of CNN-2, worst seed", 0.6, "<=", STATED),
        ("W24c", "FG-loss of mean over that of linear, worst seed", 2.0, ">=", STATED),
        ("W24d", "FG-loss of CNN-2, least of all seeds", 0.8, ">=", STATED),
        ("W24e", "FG-loss of linear, median of the seeds", 0.1, "<=", NINE),
        ("W24f", "median FG-loss of last over that of linear", 2.0, ">=", NINE),
    )
    return tuple(
        validation(id, what, asked, "", (SMALL,), relation, preset="standard", given=given)
        for id, what, asked, relation, given in rows
    )


def _of_store() -> tuple[Check, ...]:
    """Return what is asked of the networks that come with the package."""
    rows: tuple[tuple[str, str, float, str], ...] = (
        ("WN2", "stored networks: FG-loss off from the one stored beside them", 1e-3, "nat"),
        ("WN3", "stored networks: largest margin", 4 - 1e-5, ""),
    )
    return tuple(
        validation(id, what, asked, unit, (SMALL,), "<=", given=STORED)
        for id, what, asked, unit in rows
    )


CHECKS: tuple[Check, ...] = (*_exact(), *_of_waves(), *_of_order(), *_of_store())
