"""All checks of `linear_cnn`, with their bars: stated here and nowhere else."""

from validation.checks import Check, validation, verification

COSINES, COSINES_ONLINE = "pure_cosines", "pure_cosines, online"
COSINES_BATCHES, COSINES_DEEP = "pure_cosines, mini-batch", "pure_cosines, deep"
ALIGNED = (COSINES, COSINES_DEEP)
SETS = ("digits", "mnist", "fashion_mnist", "mnist4", "cifar4", "shapes")
COSINES_RANDOM = "pure_cosines, random start"
SUMS = "sums_of_cosines"
ANY_SET = (*SETS, "FILE", SUMS, COSINES_RANDOM)


def _options(name: str) -> str:
    """Return the options that choose an image set."""
    return "--dataset pure_cosines --init random" if name == COSINES_RANDOM else f"--dataset {name}"


PACES = {
    "": "",
    ", online": " --gradient online",
    ", mini-batch": " --gradient mini_batch",
}
DRAWN_SETS = tuple(name + pace for name in ANY_SET for pace in PACES if pace)

CASES = (
    {COSINES + pace: f"--dataset pure_cosines{option}" for pace, option in PACES.items()}
    | {COSINES_DEEP: "--dataset pure_cosines --layers 2"}
    | {name + pace: _options(name) + option for name in ANY_SET for pace, option in PACES.items()}
)

FORECAST_ONLY, MEASURED_RUN = "forecast", "measured run"
CASES |= {
    FORECAST_ONLY: "--dataset digits --predict-only",
    MEASURED_RUN: "--dataset digits --measured FILE",
}

GENTLE = "steps of a S <= 0.024"
SMALL = "steps of eps <= 0.04"
BAND = "starts of standard deviation 1e-3"
SEED = "starts of standard deviation 1e-3, the first of them of seed 0"
SUMS_BAND = "starts of standard deviation 1e-4, a step of at most 2.5e-4 and 2400 updates of it"

CHECKS: tuple[Check, ...] = (
    validation("C07n", "CNN, autograd: network against map", 1e-11, "S_m", ALIGNED),
    validation("C08n", "CNN, autograd: off-diagonal strengths", 1e-12, "S_1", ALIGNED),
    validation("C15n", "fully connected, autograd: network against map", 1e-11, "S_m", ALIGNED),
    validation(
        "C09n",
        "step size: what T3's first term leaves of flow - map, of its largest, worst mode and network",
        0.05,
        "",
        (COSINES, COSINES_ONLINE, COSINES_BATCHES),
        given=GENTLE,
    ),
    validation(
        "C12n",
        "CNN, online autograd: network against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE, COSINES_BATCHES),
    ),
    validation(
        "C12f",
        "fully connected, online autograd: against the clock of its own draws",
        1e-11,
        "S_m",
        (COSINES_ONLINE, COSINES_BATCHES),
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
    validation(
        "L1",
        "losses, kernel and output spectra: networks against discrete descent",
        1e-10,
        "of largest",
        ANY_SET,
    ),
    validation(
        "F2",
        "discovery: measured against the coupled flow with its step error, worst mode and trial",
        1,
        "of the forecast error",
        ANY_SET,
        given=SMALL,
    ),
    validation(
        "F2o",
        "pairs of modes out of the forecast order, of those whose times differ by more than the error",
        0,
        "pairs",
        ANY_SET,
        "==",
        given=SMALL,
    ),
    validation(
        "C29",
        "orders of discovery that are not CNN 1 3 2, fully connected 1 2 3: F0, F1, F2, measured",
        0,
        "orders",
        ("mnist4",),
        "==",
        given=BAND,
    ),
    validation(
        "C31s",
        "F1 for the first mode, a mode alone, against the network, the start of seed 0",
        0.05,
        "relative",
        ("shapes",),
        given=SEED,
    ),
    validation(
        "C31m",
        "F1 for the first mode, a mode alone, against the network, worst trial",
        0.12,
        "relative",
        ("mnist4",),
        given=BAND,
    ),
    validation(
        "C24n",
        "kernel spectrum at the end: network against the forecast from the start, worst frequency",
        0.02,
        "of largest",
        (SUMS,),
        given=SUMS_BAND,
    ),
    validation(
        "E1",
        "excess of the norm over its minimum at the end: network against the forecast from the start",
        0.05,
        "relative",
        (SUMS,),
        given=SUMS_BAND,
    ),
    validation(
        "C36",
        "CNN: mean squared error on the test images after 160/eps updates, by exact descent",
        (0.21, 0.216),
        "",
        ("cifar4",),
        "in",
        preset="standard",
        given=BAND,
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
        DRAWN_SETS,
    ),
    validation(
        "M1",
        "a run made elsewhere: modes that neither starts, noise nor one change of pace explain",
        0,
        "modes",
        (MEASURED_RUN,),
        "==",
    ),
    validation(
        "M2",
        "the same: ln of its pace over the forecast's, all modes together",
        1,
        "of the band of starts",
        (MEASURED_RUN,),
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
    verification(
        "C20", "end of the competition: slope of k_2/k_1 in the start against 1 - v_2/v_1", 0.01
    ),
    verification("C21", "the same: slope of the excess of the norm against 2 (1 - v_2/v_1)", 0.02),
    verification(
        "C22",
        "discovery from random starts of 1e-3: clock of what grows against coupled flow",
        5e-4,
        "relative",
    ),
    verification(
        "C23", "this error over that at starts of 1e-4: second order", (30, 300), "", "in"
    ),
    verification(
        "C24", "end spectrum from random starts of 1e-4 against descent", 0.02, "of largest"
    ),
    verification(
        "C28a",
        "growth of a start of 1e-6 on the shapes against q+- (1 +- h g)^t",
        1e-6,
        "of largest",
    ),
    verification("C28b", "the same error in units of the largest strength then", 2, "of A/S"),
    verification(
        "C30",
        "white noise and a cosine: discovery of the larger S over that of the smaller",
        2,
        "",
        ">=",
    ),
    verification(
        "C32a", "least weights, six sets: D_f against P_f/||P_f|| on active frequencies", 1e-8
    ),
    verification("C32b", "the same: largest ||D_f|| on all other frequencies", 1),
    verification(
        "C33a",
        "excess of the norm after training from 1e-6, disjoint frequencies",
        2e-3,
        "",
        preset="standard",
    ),
    verification(
        "C33b",
        "the same, one output, even images: steps of the start's size at which it does not fall",
        0,
        "",
        "==",
        preset="standard",
    ),
    verification(
        "C33c",
        "the same: excess at starts of 1e-8 over that at 1e-2, worst set",
        0.2,
        "",
        preset="standard",
    ),
    verification(
        "C34",
        "the same on the shapes: excess from 1e-6 minus that from 1e-3, must grow",
        0.2,
        "",
        ">=",
        preset="standard",
    ),
    verification("C35a", "cosines in colour: map against descent and autograd", 1e-11, "S_m"),
    verification(
        "C35b",
        "deep map, 1 to 3 layers, against autograd, 3000 updates",
        1e-11,
        "S_m",
        preset="standard",
    ),
    verification(
        "C35c",
        "error of the deep flow at a step of 0.02 over that at 0.01, 1 to 3 layers",
        (1.9, 2.1),
        "",
        "in",
        preset="standard",
    ),
    verification("C39", "v at (0,0) and Nyquist, odd and even n; flat spectrum", 1e-10),
    verification("C40", "change of kernel phases: the map P", 1e-12),
)
