"""All checks of `drum`, with their bars: stated here and nowhere else."""

import math

from validation.checks import Check, validation, verification

SQUARE, SHAPE = "square", "shape"
CASES = {SQUARE: "", SHAPE: "--shape l_shape"}
ONE, ANY = (SQUARE,), (SHAPE,)

# bins of the fundamental for 40,000 samples of velocity Verlet, struck and heard at M//2, c = h = 1
GOLDEN_SIDES = tuple(range(13, 22))
GOLDEN: dict[float, tuple[int, ...]] = {
    0.1: (217, 202, 188, 176, 166, 157, 149, 141, 135),
    0.5: (1087, 1009, 942, 883, 831, 785, 744, 707, 673),
    math.sqrt(0.5): (1538, 1429, 1333, 1250, 1176, 1111, 1053, 1000, 952),
}

COMMON = "40,000 samples, sides 13 to 21, struck and heard at M//2"
AT_HALF = f"{COMMON}, dt = 0.5 h/c"
AT_SMALL = f"{COMMON}, dt <= 0.1 h/c"
STORED = f"{COMMON}, M = L, velocity Verlet, a time step of the table"
MAGIC = "40,000 samples, L = 16 or 20, M = L, struck and heard at M//2, the magic step"
AT_TENTH = "dt = 0.1 h/c, struck and heard at M//2"
FINE = "12 spacings and more"
LONG_ENOUGH = "40,000 samples at most"
WITH_OUTLINE = "a drum whose outline is known"
HEARD_FROM_300 = "a named drum or a polygon, heard from 300 eigenvalues (--preset paper)"
THE_PAIR = "--shape isospectral_pair"
SHORT_AND_SLOW = "40,000 samples at most, time steps up to the magic one"

CHECKS: tuple[Check, ...] = (
    validation("D7", "network: its bin minus the forecast bin, largest", 0, "bins", ONE, "=="),
    validation(
        "D7b",
        "points at which a source leaves more than its uncertainty",
        0,
        "of all",
        ONE,
        "==",
        given=FINE,
    ),
    validation(
        "D6", "network: bins that differ from the stored table", 0, "bins", ONE, "==", given=STORED
    ),
    validation(
        "D14",
        "magic step, L = 16, 20: measured bin against c/(sqrt2 L)",
        1e-12,
        "",
        ONE,
        given=MAGIC,
    ),
    validation(
        "D16",
        "Hann two-point, 40,000 samples, dt 0.5, against f_d",
        1e-9,
        "",
        ONE,
        given=AT_HALF,
    ),
    validation(
        "D17", "Hann two-point, 2000 samples, dt 0.5, against f_d", 1e-6, "", ONE, given=AT_HALF
    ),
    validation(
        "D18", "matrix pencil, 1000 samples, dt 0.5, against f_d", 1e-7, "", ONE, given=AT_HALF
    ),
    validation(
        "D19",
        "loudest line against asin(nu)/(pi dt), dt 0.1, any L",
        1,
        "bins",
        ONE,
        given=AT_TENTH,
    ),
    validation(
        "D4n",
        "network against NumPy stepping, 500 samples",
        1e-12,
        "",
        ONE,
        given=SHORT_AND_SLOW,
    ),
    validation(
        "D43", "WAV written and read back: bins that differ", 0, "bins", ONE, "==", given=COMMON
    ),
    validation("D43f", "Hann two-point from a float32 WAV, dt 0.5", 1e-8, "", ONE, given=AT_HALF),
    validation("D43i", "Hann two-point from a 16-bit WAV, dt 0.5", 1e-6, "", ONE, given=AT_HALF),
    validation("D41", "network: its bin minus the closed form's, any shape", 0, "bins", ANY, "=="),
    validation(
        "D41s",
        "network against the modes of its mask, all samples",
        1e-10,
        "",
        ANY,
        given=LONG_ENOUGH,
    ),
    validation(
        "D41u",
        "points at which a source leaves more than its uncertainty",
        0,
        "of all",
        ANY,
        "==",
    ),
    validation("D41w", "WAV written and read back: bins that differ", 0, "bins", ANY, "=="),
    validation("D44s", "modes with more nodal domains than Courant allows", 0, "", ANY, "=="),
    validation(
        "D46",
        "eigenvalues of two methods that differ by more than their errors",
        0,
        "",
        ANY,
        "==",
        given=WITH_OUTLINE,
    ),
    validation(
        "D47", "inequalities of spectra that do not hold", 0, "", ANY, "==", given=WITH_OUTLINE
    ),
    validation(
        "D48a",
        "area heard from the most eigenvalues",
        2e-3,
        "relative",
        ANY,
        given=HEARD_FROM_300,
    ),
    validation(
        "D48p",
        "perimeter heard from the most eigenvalues",
        1.2e-2,
        "relative",
        ANY,
        given=HEARD_FROM_300,
    ),
    validation("D26s", "the pair on the grid, relative", 1e-12, "", ANY, given=THE_PAIR),
    validation("D27s", "the pair without a grid, relative", 2e-6, "", ANY, given=THE_PAIR),
    verification(
        "D5",
        "NumPy stepping: readings whose bin is not the closed form's",
        0,
        "runs",
        "==",
        given=COMMON,
    ),
    verification("D7s", "space step against z^2/6, worst side", 0.01, "relative", given=FINE),
    verification("D7t", "time step against nu^2 z^2/3, worst run", 0.01, "relative", given=FINE),
    verification(
        "D7r",
        "dt <= 0.1: largest time step over largest bin, in the deviation",
        0.05,
        given=AT_SMALL,
    ),
    verification(
        "D1", "wave equation, separation, spectra in SymPy: claims left over", 0, "", "=="
    ),
    verification("D2", "stencil and step forms in SymPy: claims left over", 0, "", "=="),
    verification("D3", "dispersion series, magic step in SymPy: claims left over", 0, "", "=="),
    verification(
        "D4",
        "all forms stepped, all samples, against the modal signal",
        1e-10,
        given=SHORT_AND_SLOW,
    ),
    verification(
        "D8",
        "closed-form spectrum against FFT of the stepped signal",
        1e-10,
        "of max",
        given=SHORT_AND_SLOW,
    ),
    verification("D9", "shadow energies, 5000 steps, five forms", 1e-12, "relative"),
    verification("D10", "one-step matrices: symplecticity and determinant", 1e-12),
    verification("D11", "log-determinant of explicit Euler against sum log(1 + dt^2 w^2)", 1e-10),
    verification("D12", "stability limit of the largest eigenvalue against its formula", 1e-12),
    verification("D13", "magic step, all diagonal modes of M = 17, against the continuum", 1e-13),
    verification("D15", "sine-transform jump to sample 40,000 against stepping", 1e-10),
    verification("D20", "lines heard at the centre of M = 14 and 20, minus 25 and 51", 0, "", "=="),
    verification("D36", "reversible gradient of the speed field against autograd", 1e-11),
    verification("D37", "the same against central differences", 1e-7, "of largest"),
    verification("D38", "gradient in a uniform speed, through the modes against stepped", 1e-10),
    verification("D38b", "speed field from 12 listeners, 150 steps, against the truth", 1e-8),
    verification("D39", "start rebuilt from the end after 40,000 steps", 1e-11),
    verification("D43b", "pitch by choice of time step against the wanted one", 1e-8, "relative"),
    verification("D44", "modes with more nodal domains than Courant allows", 0, "", "=="),
    verification("D45", "frames of the film by jump against the stepped network", 1e-11),
)
