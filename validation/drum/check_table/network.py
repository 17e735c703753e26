"""What the network is asked: does it follow the law?"""

from validation.checks import Check, validation
from validation.drum.check_table.conditions import (
    ANY,
    AT_HALF,
    AT_TENTH,
    COMMON,
    FINE,
    LONG_ENOUGH,
    MAGIC,
    ONE,
    SHORT_AND_SLOW,
    STORED,
)

NETWORK: tuple[Check, ...] = (
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
)
