"""All checks of `linear_cnn`, with their bars: stated here and nowhere else."""

from validation.checks import Check, validation, verification

COSINES, COSINES_ONLINE = "pure_cosines", "pure_cosines, online"
SETS = ("digits", "mnist")
COSINES_RANDOM = "pure_cosines, random start"
ANY_SET = (*SETS, "FILE", COSINES_RANDOM)
ONLINE_SETS = tuple(f"{name}, online" for name in ANY_SET)


CASES = {
    COSINES: "--dataset pure_cosines",
    COSINES_ONLINE: "--dataset pure_cosines --gradient online",
    COSINES_RANDOM: "--dataset pure_cosines --init random",
    f"{COSINES_RANDOM}, online": "--dataset pure_cosines --init random --gradient online",
    **{name: f"--dataset {name}" for name in (*SETS, "FILE")},
    **{f"{name}, online": f"--dataset {name} --gradient online" for name in (*SETS, "FILE")},
}

GENTLE = "steps of a S <= 0.024"
SMALL = "steps of eps <= 0.04"
BAND = "starts of standard deviation 1e-3"

CHECKS: tuple[Check, ...] = (
    validation("C07n", "CNN, autograd: network against map", 1e-11, "S_m", (COSINES,)),
    validation("C08n", "CNN, autograd: off-diagonal strengths", 1e-12, "S_1", (COSINES,)),
    validation("C15n", "fully connected, autograd: network against map", 1e-11, "S_m", (COSINES,)),
    validation(
        "C09n",
        "step size: what T3's first term leaves of flow - map, of its largest, worst mode and network",
        0.05,
        "",
        (COSINES, COSINES_ONLINE),
        given=GENTLE,
    ),
    validation(
        "C12n",
        "CNN, online autograd: network against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE,),
    ),
    validation(
        "C12f",
        "fully connected, online autograd: against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE,),
    ),
    validation(
        "C25", "CNN: coupled flow against descent, all entries of A", 2, "eps S_1", SETS, given=BAND
    ),
    validation(
        "C25n", "CNN: coupled flow against network, diagonal of A", 2, "eps S_1", SETS, given=BAND
    ),
    validation(
        "C26",
        "its ratio at eps and eps/2: pure step-size error",
        (1.8, 2.2),
        "",
        ANY_SET,
        "in",
        given=SMALL,
    ),
    validation(
        "C27",
        "coupled flow against Richardson of eps/2 and eps/4",
        1e-3,
        "S_1",
        ("digits",),
        given=SMALL,
    ),
    validation("C41", "CNN, autograd: network against discrete descent", 1e-11, "S_1", ANY_SET),
    validation(
        "C42a",
        "equivalent rows: Sxx and Syx against those of all images",
        1e-13,
        "of largest",
        ANY_SET,
    ),
    validation(
        "C42b",
        "gradients on all images along the run against those on the rows",
        1e-11,
        "relative",
        ANY_SET,
    ),
    validation(
        "C43",
        "step size: what the half-rate forecast leaves of flow - descent",
        4e-3,
        "S_1",
        ANY_SET,
        given=SMALL,
    ),
    validation("C44a", "trials in which every mode passes S/2", 1, "of all", ("digits",), "=="),
    validation("C44b", "last discovery, in updates at eps 0.04", 3200, "updates", ("digits",)),
    validation(
        "C45",
        "fully connected: discovery of each mode, mean, against the sigmoid",
        0.04,
        "relative",
        ("digits",),
        given=SMALL,
    ),
    validation(
        "C46a", "fully connected, autograd: network against discrete descent", 1e-11, "S_1", ANY_SET
    ),
    validation(
        "C46b", "fully connected: flow against descent, all entries", 2, "eps S_1", SETS, given=BAND
    ),
    validation(
        "C47",
        "CNN, float32, autograd on all images, against descent",
        1e-5,
        "S_1",
        ("digits",),
        preset="standard",
    ),
    validation(
        "O1",
        "online: deviation from full batch at eps over that at eps/4, mean of modes",
        (1.5, 2.6),
        "",
        ("digits, online",),
        "in",
    ),
    validation(
        "O2",
        "online, autograd: network against online descent",
        1e-11,
        "S_1",
        ONLINE_SETS,
    ),
    verification("C01", "eigendecomposition, transpose, flip, singular values, n = 3..6", 1e-12),
    verification("C01w", "eigenvectors in the wrong order, convolution: must miss", 1e-3, "", ">="),
    verification("C02", "the same in SymPy, n = 3: entries left over", 0, "", "=="),
    verification("C03", "(F) from the gradient of the loss, SymPy: entries left over", 0, "", "=="),
    verification("C04", "Fourier descent against autograd, n = 6, 300 updates", 1e-12),
    verification("C05", "S, v, lambda of Fig 3 and of a Nyquist set against their formulas", 1e-10),
    verification("C06", "sigmoid, partial fractions, f2, f3 in SymPy: left over", 0, "", "=="),
    verification(
        "C07", "Fig 3, full batch, 8000 updates: Fourier descent against map", 1e-11, "S_m"
    ),
    verification("C08", "the same run: off-diagonal strengths", 1e-12),
    verification(
        "C09", "flow - descent: what T3's first term leaves, of its largest", 0.05, "of error"
    ),
    verification("C10", "index of passing S/2 against T3 with 2 terms", 0.02, "updates"),
    verification("C11", "the same with 3 terms", 1e-3, "updates"),
    verification("C12", "online Fourier descent against the map of its own draws", 1e-11, "S_m"),
    verification("C13", "mean of 2000 clocks against the binomial sum", 1, "of 3 sd"),
    verification("C14", "sd of discovery over 2000 clocks against sqrt((p-1) t)", 0.06, "relative"),
    verification("C15", "fully connected map, 3000 updates, against descent", 1e-11, "S_m"),
    verification("C16", "change of the balance in one update against its formula", 1e-14),
    verification("C17", "balance in the integrated flow", 1e-10),
    verification("C18", "clock of a sum of cosines against coupled flow", 1e-7, "S_m"),
    verification("C19", "end of the clock against the flow at tau = 2", 1e-9, "relative"),
    verification("C39", "v at (0,0) and Nyquist, odd and even n; flat spectrum", 1e-10),
    verification("C40", "change of kernel phases: the map P", 1e-12),
)
