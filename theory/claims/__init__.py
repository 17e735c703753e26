"""Claims: statements that can be asked whether they are true.

`Identity` says that two roads lead to one expression, `System` states a law of motion, `Bound` an
inequality. Each has `residual()` (exact zero, or what is left), `explain()` (its derivation) and a
`reference`. `register` puts a factory of claims on the list that `check_claim` runs over.
"""

from theory.claims.bound import Bound
from theory.claims.check import ClaimReport, check_claim, left_over
from theory.claims.claim import Claim, Equation, Reference, Step
from theory.claims.identity import Identity
from theory.claims.registry import Entry, register, registered
from theory.claims.system import Invariant, Origin, System

__all__ = [
    "Bound",
    "Claim",
    "ClaimReport",
    "Entry",
    "Equation",
    "Identity",
    "Invariant",
    "Origin",
    "Reference",
    "Step",
    "System",
    "check_claim",
    "left_over",
    "register",
    "registered",
]
