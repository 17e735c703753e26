"""All checks of `drum`, with their bars: stated here and nowhere else."""

from validation.checks import Check
from validation.drum.check_table.conditions import (
    ANY,
    AT_HALF,
    AT_SMALL,
    AT_TENTH,
    CASES,
    COMMON,
    FINE,
    GOLDEN,
    GOLDEN_SIDES,
    HEARD_FROM_300,
    LONG_ENOUGH,
    MAGIC,
    ONE,
    SHAPE,
    SHORT_AND_SLOW,
    SQUARE,
    STORED,
    THE_PAIR,
    WITH_OUTLINE,
)
from validation.drum.check_table.network import NETWORK
from validation.drum.check_table.shapes import SHAPES
from validation.drum.check_table.steps import STEPS

CHECKS: tuple[Check, ...] = (*NETWORK, *STEPS, *SHAPES)

__all__ = [
    "ANY",
    "AT_HALF",
    "AT_SMALL",
    "AT_TENTH",
    "CASES",
    "CHECKS",
    "COMMON",
    "FINE",
    "GOLDEN",
    "GOLDEN_SIDES",
    "HEARD_FROM_300",
    "LONG_ENOUGH",
    "MAGIC",
    "ONE",
    "SHAPE",
    "SHORT_AND_SLOW",
    "SQUARE",
    "STORED",
    "THE_PAIR",
    "WITH_OUTLINE",
]
