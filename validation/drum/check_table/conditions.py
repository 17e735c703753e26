"""The cases of `drum`, and the options that bars are stated for."""

import math

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
HEARD_FROM_300 = (
    "a named drum of its usual size, heard from 300 eigenvalues (polygons: --preset paper)"
)
THE_PAIR = "--shape isospectral_pair"
SHORT_AND_SLOW = "40,000 samples at most, time steps up to the magic one"
