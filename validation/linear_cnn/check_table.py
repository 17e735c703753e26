"""All checks of `linear_cnn`, with their bars: stated here and nowhere else."""

from validation.checks import Check

COSINES, COSINES_ONLINE = "pure_cosines", "pure_cosines, online"
SETS = ("digits", "mnist")
COSINES_RANDOM = "pure_cosines, random start"
ANY_SET = (*SETS, "FILE", COSINES_RANDOM)
ONLINE_SETS = tuple(f"{name}, online" for name in ANY_SET)


def _verify(
    id: str, what: str, bar: float, unit: str = "", relation: str = "<=", preset: str = "quick"
) -> Check:
    return Check(id, "verification", what, relation, bar, unit, preset=preset)  # type: ignore[arg-type]


def _validate(
    id: str,
    what: str,
    bar: float | tuple[float, float],
    unit: str,
    cases: tuple[str, ...],
    relation: str = "<=",
    preset: str = "quick",
) -> Check:
    return Check(id, "validation", what, relation, bar, unit, cases, preset)  # type: ignore[arg-type]


CHECKS: tuple[Check, ...] = (
    _validate("C07n", "CNN, autograd: network against map", 1e-11, "S_m", (COSINES,)),
    _validate("C08n", "CNN, autograd: off-diagonal strengths", 1e-12, "S_1", (COSINES,)),
    _validate("C15n", "fully connected, autograd: network against map", 1e-11, "S_m", (COSINES,)),
    _validate(
        "C09n",
        "step size: what T3's first term leaves of flow - map, of its largest, worst mode and network",
        0.05,
        "",
        (COSINES, COSINES_ONLINE),
    ),
    _validate(
        "C12n",
        "CNN, online autograd: network against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE,),
    ),
    _validate(
        "C12f",
        "fully connected, online autograd: against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE,),
    ),
    _validate("C25", "CNN: coupled flow against descent, all entries of A", 2, "eps S_1", SETS),
    _validate("C25n", "CNN: coupled flow against network, diagonal of A", 2, "eps S_1", SETS),
    _validate(
        "C26", "its ratio at eps and eps/2: pure step-size error", (1.8, 2.2), "", ANY_SET, "in"
    ),
    _validate(
        "C27", "coupled flow against Richardson of eps/2 and eps/4", 1e-3, "S_1", ("digits",)
    ),
    _validate("C41", "CNN, autograd: network against discrete descent", 1e-11, "S_1", ANY_SET),
    _validate(
        "C42a",
        "equivalent rows: Sxx and Syx against those of all images",
        1e-13,
        "of largest",
        ANY_SET,
    ),
    _validate(
        "C42b",
        "gradients on all images along the run against those on the rows",
        1e-11,
        "relative",
        ANY_SET,
    ),
    _validate(
        "C43",
        "step size: what the half-rate forecast leaves of flow - descent",
        4e-3,
        "S_1",
        ANY_SET,
    ),
    _validate("C44a", "trials in which every mode passes S/2", 1, "of all", ("digits",), "=="),
    _validate("C44b", "last discovery, in updates at eps 0.04", 3200, "updates", ("digits",)),
    _validate(
        "C45",
        "fully connected: discovery of each mode, mean, against the sigmoid",
        0.04,
        "relative",
        ("digits",),
    ),
    _validate(
        "C46a", "fully connected, autograd: network against discrete descent", 1e-11, "S_1", ANY_SET
    ),
    _validate("C46b", "fully connected: flow against descent, all entries", 2, "eps S_1", SETS),
    _validate(
        "C47",
        "CNN, float32, autograd on all images, against descent",
        1e-5,
        "S_1",
        ("digits",),
        preset="standard",
    ),
    _validate(
        "O1",
        "online: deviation from full batch at eps over that at eps/4, mean of modes",
        (1.5, 2.6),
        "",
        ("digits, online",),
        "in",
    ),
    _validate(
        "O2",
        "online, autograd: network against online descent",
        1e-11,
        "S_1",
        ONLINE_SETS,
    ),
    _verify("C01", "eigendecomposition, transpose, flip, singular values, n = 3..6", 1e-12),
    _verify("C01w", "eigenvectors in the wrong order, convolution: must miss", 1e-3, "", ">="),
    _verify("C02", "the same in SymPy, n = 3: entries left over", 0, "", "=="),
    _verify("C03", "(F) from the gradient of the loss, SymPy: entries left over", 0, "", "=="),
    _verify("C04", "Fourier descent against autograd, n = 6, 300 updates", 1e-12),
    _verify("C05", "S, v, lambda of Fig 3 and of a Nyquist set against their formulas", 1e-10),
    _verify("C06", "sigmoid, partial fractions, f2, f3 in SymPy: left over", 0, "", "=="),
    _verify("C07", "Fig 3, full batch, 8000 updates: Fourier descent against map", 1e-11, "S_m"),
    _verify("C08", "the same run: off-diagonal strengths", 1e-12),
    _verify("C09", "flow - descent: what T3's first term leaves, of its largest", 0.05, "of error"),
    _verify("C10", "index of passing S/2 against T3 with 2 terms", 0.02, "updates"),
    _verify("C11", "the same with 3 terms", 1e-3, "updates"),
    _verify("C12", "online Fourier descent against the map of its own draws", 1e-11, "S_m"),
    _verify("C13", "mean of 2000 clocks against the binomial sum", 1, "of 3 sd"),
    _verify("C14", "sd of discovery over 2000 clocks against sqrt((p-1) t)", 0.06, "relative"),
    _verify("C15", "fully connected map, 3000 updates, against descent", 1e-11, "S_m"),
    _verify("C16", "change of the balance in one update against its formula", 1e-14),
    _verify("C17", "balance in the integrated flow", 1e-10),
    _verify("C18", "clock of a sum of cosines against coupled flow", 1e-7, "S_m"),
    _verify("C19", "end of the clock against the flow at tau = 2", 1e-9, "relative"),
    _verify("C39", "v at (0,0) and Nyquist, odd and even n; flat spectrum", 1e-10),
    _verify("C40", "change of kernel phases: the map P", 1e-12),
)
