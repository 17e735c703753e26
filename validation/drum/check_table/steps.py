"""Are the stated laws of steps, lines and gradients solved right?"""

from validation.checks import Check, verification
from validation.drum.check_table.conditions import AT_SMALL, COMMON, FINE, ONE, SHORT_AND_SLOW

STEPS: tuple[Check, ...] = (
    verification(
        "D5",
        "NumPy stepping: readings whose bin is not the closed form's",
        0,
        "runs",
        "==",
        given=COMMON,
        cases=ONE,
    ),
    verification(
        "D7s", "space step against z^2/6, worst side", 0.01, "relative", given=FINE, cases=ONE
    ),
    verification(
        "D7t", "time step against nu^2 z^2/3, worst run", 0.01, "relative", given=FINE, cases=ONE
    ),
    verification(
        "D7r",
        "dt <= 0.1: largest time step over largest bin, in the deviation",
        0.05,
        given=AT_SMALL,
        cases=ONE,
    ),
    verification(
        "D1", "wave equation, separation, rim, spectra in SymPy: claims left over", 0, "", "=="
    ),
    verification("D2", "stencil and step forms in SymPy: claims left over", 0, "", "=="),
    verification("D3", "dispersion series, magic step in SymPy: claims left over", 0, "", "=="),
    verification(
        "D4",
        "all forms stepped, all samples, against the modal signal",
        1e-10,
        given=SHORT_AND_SLOW,
        cases=ONE,
    ),
    verification(
        "D8",
        "closed-form spectrum against FFT of the stepped signal",
        1e-10,
        "of max",
        given=SHORT_AND_SLOW,
        cases=ONE,
    ),
    verification("D9", "shadow energies, 5000 steps, five forms", 1e-12, "relative"),
    verification("D10", "one-step matrices: symplecticity and determinant", 1e-12),
    verification("D11", "log-determinant of explicit Euler against sum log(1 + dt^2 w^2)", 1e-10),
    verification("D12", "stability limit of the largest eigenvalue against its formula", 1e-12),
    verification("D13", "magic step, all diagonal modes of M = 17, against the continuum", 1e-13),
    verification("D15", "sine-transform jump to sample 40,000 against stepping", 1e-10, cases=ONE),
    verification(
        "D20", "lines heard at the centre of M = 14, 20, minus 25, 51", 0, "", "==", cases=ONE
    ),
    verification(
        "D36", "reversible gradient of the speed field against autograd", 1e-11, cases=ONE
    ),
    verification("D37", "the same against central differences", 1e-7, "of largest", cases=ONE),
    verification(
        "D38", "gradient in a uniform speed, through the modes against stepped", 1e-10, cases=ONE
    ),
    verification(
        "D38b", "speed field from 12 listeners, 150 steps, against the truth", 1e-8, cases=ONE
    ),
    verification("D39", "start rebuilt from the end after 40,000 steps", 1e-11, cases=ONE),
    verification("D43b", "pitch by choice of time step against the wanted one", 1e-8, "relative"),
    verification("D44", "modes with more nodal domains than Courant allows, 15 masks", 0, "", "=="),
    verification("D45", "frames of the film by jump against the stepped network", 1e-11, cases=ONE),
)
