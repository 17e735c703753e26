"""All checks of `drum`, with their bars: stated here and nowhere else."""

import math

from validation.checks import Check, validation, verification

SQUARE = "square"
CASES = {SQUARE: ""}
ONE = (SQUARE,)

# bins of the fundamental for 40,000 samples of velocity Verlet, struck and heard at M//2, c = h = 1
GOLDEN_SIDES = tuple(range(13, 22))
GOLDEN: dict[float, tuple[int, ...]] = {
    0.1: (217, 202, 188, 176, 166, 157, 149, 141, 135),
    0.5: (1087, 1009, 942, 883, 831, 785, 744, 707, 673),
    math.sqrt(0.5): (1538, 1429, 1333, 1250, 1176, 1111, 1053, 1000, 952),
}

CHECKS: tuple[Check, ...] = (
    validation("D7", "network: its bin minus the forecast bin, largest", 0, "bins", ONE, "=="),
    validation("D7s", "space step against z^2/6, worst side", 0.01, "relative", ONE),
    validation("D7t", "time step against nu^2 z^2/3, worst run", 0.01, "relative", ONE),
    validation(
        "D7r", "dt <= 0.1: largest time step over largest bin, in the deviation", 0.05, "", ONE
    ),
    validation(
        "D5", "readings of all forms whose bin is not the closed form's", 0, "runs", ONE, "=="
    ),
    validation("D6", "bins that differ from the stored table", 0, "bins", ONE, "=="),
    validation("D14", "magic step, L = 16, 20: measured bin against c/(sqrt2 L)", 1e-12, "", ONE),
    validation("D16", "Hann two-point, 40,000 samples, dt 0.5, against f_d", 1e-9, "", ONE),
    validation("D17", "Hann two-point, 2000 samples, dt 0.5, against f_d", 1e-6, "", ONE),
    validation("D18", "matrix pencil, 1000 samples, dt 0.5, against f_d", 1e-7, "", ONE),
    validation("D19", "loudest line against asin(nu)/(pi dt), dt 0.1, any L", 1, "bins", ONE),
    validation("D4n", "network against NumPy stepping, 500 samples", 1e-12, "", ONE),
    validation("D43", "WAV written and read back: bins that differ", 0, "bins", ONE, "=="),
    validation("D43f", "Hann two-point from a float32 WAV, dt 0.5", 1e-8, "", ONE),
    validation("D43i", "Hann two-point from a 16-bit WAV, dt 0.5", 1e-6, "", ONE),
    verification(
        "D1", "wave equation, separation, spectra in SymPy: claims left over", 0, "", "=="
    ),
    verification("D2", "stencil and step forms in SymPy: claims left over", 0, "", "=="),
    verification("D3", "dispersion series, magic step in SymPy: claims left over", 0, "", "=="),
    verification("D4", "all forms stepped, all samples, against the modal signal", 1e-10),
    verification("D8", "closed-form spectrum against FFT of the stepped signal", 1e-10, "of max"),
    verification("D9", "shadow energies, 5000 steps, five forms", 1e-12, "relative"),
    verification("D10", "one-step matrices: symplecticity and determinant", 1e-12),
    verification("D11", "explicit Euler: log-determinant against sum log(1 + dt^2 w^2)", 1e-10),
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
