"""All checks of `latent_waves`, with their bars: stated here and nowhere else."""

from validation.checks import Bar, Check, Relation, validation, verification

DIGITS, PHOTOGRAPHS, MNIST, FASHION = "digits", "photographs", "mnist", "fashion_mnist"
CIFAR, GAUSSIAN, EUROSAT, STL, PCAM = "cifar10", "gaussian", "eurosat", "stl10", "pcam"
OWN, EQUATIONS = "own", "equations"
IMAGES = (PHOTOGRAPHS, DIGITS, MNIST, FASHION, CIFAR, GAUSSIAN, EUROSAT, STL, PCAM, OWN)
CASES = {name: f"--dataset {name}" for name in (*IMAGES, EQUATIONS)} | {
    PHOTOGRAPHS: "",
    OWN: "--dataset FILE",
}

AS_NAMED = "the set as it comes, halves of seed 0"
FLOWER = "40,000 patches of 32 x 32 pixels of the flower, halves of seed 0"
MANY = "20,000 images of 32 x 32 pixels, alpha and p either 3 and 2 or 2 and 1.3"
JUDGED = "a set whose word is known: digits, photographs, mnist, fashion_mnist, cifar10, gaussian"
PAPER_FILM = "the set as it comes, the paper's frames, no window"
LEAST_COMPARED = 50
ENOUGH_FRAMES = f"{LEAST_COMPARED} frames compared or more, as many images as pixels or more"
LARGE_IMAGES = "images of 784 pixels or more: chance orders the frequencies of small ones"
FIVE = "five seeds or more"


def _of(
    case: str,
    id: str,
    what: str,
    relation: Relation,
    asked: Bar,
    given: str = AS_NAMED,
    preset: str = "quick",
    unit: str = "",
) -> Check:
    """Return a check that belongs to one set."""
    return validation(id, what, asked, unit, (case,), relation, preset, given)


def _sampling(case: str, id: str, given: str = AS_NAMED) -> Check:
    what = "front radius: eigenimages of half A to those of half B, rms of the step"
    return _of(case, id, what, "<=", 0.02, given, unit="of mean R")


EVERY_SET: tuple[Check, ...] = (
    validation(
        "LW04",
        "half B: energy of a frame over frequencies, of a frequency over frames, minus 1",
        1e-11,
        "",
        IMAGES,
    ),
    validation(
        "LW05",
        "half B: excess of u over 1/sqrt(c) and of sum c u^2 over 1, rings without overlap",
        1e-12,
        "",
        IMAGES,
    ),
    validation(
        "LN1",
        "ours: rms of the step from half A to half B, over its forecast from the quarters of A",
        2,
        "",
        IMAGES,
        given=ENOUGH_FRAMES,
    ),
    validation(
        "LN5",
        "ours: frames at which position dependence leaves more than its uncertainty",
        0.05,
        "of all",
        IMAGES,
        given=ENOUGH_FRAMES,
    ),
    validation(
        "LN2",
        "ours: largest isotonic R2 of the order with pixels shuffled",
        0.1,
        "",
        (PHOTOGRAPHS, MNIST, FASHION, GAUSSIAN, EUROSAT, STL, PCAM),
        given=LARGE_IMAGES,
    ),
    validation(
        "LW20e",
        "verdicts that are not the known one",
        0,
        "",
        (DIGITS, PHOTOGRAPHS, MNIST, FASHION, CIFAR, GAUSSIAN),
        "==",
        given=JUDGED,
    ),
)

FRONTS: tuple[Check, ...] = (
    _of(
        PHOTOGRAPHS,
        "LW17",
        "exponent of the front radius R(j), p = 2.6",
        "in",
        (0.47, 0.53),
        FLOWER,
    ),
    _of(PHOTOGRAPHS, "LW17b", "mean of R(j) over sqrt(j/C_p), p = 2.6", "in", (0.97, 1.03), FLOWER),
    _of(
        PHOTOGRAPHS,
        "LW18",
        "p from Hann spectrum of half A minus p from the order of half B, middles of what fits alike",
        "<=",
        0.3,
        FLOWER,
    ),
    _of(PHOTOGRAPHS, "LW19", "skill of the shift 30 frames ahead, p = 2.6", ">=", 0.9, FLOWER),
    _of(PHOTOGRAPHS, "LW19b", "the same, minus that of persistence", ">=", 0, FLOWER),
    _sampling(PHOTOGRAPHS, "LW40f", FLOWER),
    _of(MNIST, "LW15", "order t(k) forecast by the locally stationary model, Spearman", ">=", 0.95),
    _of(MNIST, "LW15b", "the same by the model without position (must miss)", "<=", 0.92),
    _of(MNIST, "LW16", "ring energies, 25 frames, locally stationary model, R2", ">=", 0.7),
    _sampling(MNIST, "LW40"),
    _of(
        MNIST,
        "LW41",
        "step from power spectrum to locally stationary, minus 1 - sqrt(f)",
        "<=",
        0.06,
        unit="of mean R",
    ),
    _of(
        CIFAR, "LW20", "order t(k) of half B, rank of Hann spectrum of half A, Spearman", ">=", 0.99
    ),
    _of(
        CIFAR,
        "LW20b",
        "p from Hann spectrum of half A minus p from the order of half B, middles of what fits alike",
        "<=",
        0.2,
    ),
    _of(CIFAR, "LW20c", "skill of the shift 30 frames ahead, p = 1.4", ">=", 0.95),
    _of(CIFAR, "LW20f", "the same: squared error of the shift over that of persistence", "<=", 0.1),
    _of(CIFAR, "LW35", "largest isotonic R2 of the order with pixels shuffled", "<=", 0.1),
    _of(CIFAR, "LW35b", "isotonic R2 of the order as it is", ">=", 0.95),
    _sampling(CIFAR, "LW40c"),
    _of(GAUSSIAN, "LW20d", "p from the order minus p of the ensemble", "<=", 0.1, MANY),
    _of(GAUSSIAN, "LW20g", "skill of the shift 30 frames ahead", ">=", 0.97, MANY),
)

EXACTNESS: tuple[Check, ...] = (
    _of(
        MNIST,
        "LW29",
        "20,000 images: frames from products of pixels against singular vectors, s_j > 1e-3 s_0",
        "<=",
        1e-8,
        preset="standard",
    ),
    _of(
        MNIST,
        "LW37",
        "20,000 images: singular values of the streamed QR, s_j > 1e-5 s_0",
        "<=",
        1e-10,
        preset="standard",
        unit="relative",
    ),
)


def _pde(case: str, id: str, what: str, relation: Relation, asked: Bar, unit: str = "") -> Check:
    return _of(case, id, what, relation, asked, PAPER_FILM, "standard", unit)


EQUATIONS_OF_SETS: tuple[Check, ...] = (
    _pde(MNIST, "LW08", "Table 1: coefficients minus the printed digits, largest", "<=", 5e-4),
    _pde(MNIST, "LW09", "the same equation: R2 where it was fitted", "<=", 0.02),
    _pde(MNIST, "LW09b", "the same equation: R2 held out", "<=", 0),
    _pde(
        MNIST,
        "LW11",
        "the release's own table, two terms: coefficients minus -15.41151, 27.02933",
        "<=",
        2e-3,
    ),
    _pde(MNIST, "LW12", "own STLSQ against PySINDy at threshold 20", "<=", 1e-8, "relative"),
    _pde(MNIST, "LW31", "12 terms: R2 held out minus that of the best null", "<=", 0.05),
    _pde(
        MNIST,
        "LW34",
        "spread of the coefficients over halves of the images",
        ">=",
        0.15,
        "relative",
    ),
    _pde(FASHION, "LW10", "Table 1 by p = 2: coefficients minus the printed digits", "<=", 1e-3),
    _pde(FASHION, "LW12f", "own STLSQ against PySINDy at threshold 74", "<=", 1e-8, "relative"),
    _pde(
        FASHION,
        "LW13",
        "share of points at which the printed diffusivity is negative",
        "in",
        (0.51, 0.55),
    ),
    _pde(
        CIFAR,
        "LW33",
        "printed equation simulated from frame 268, D = 30: rmse over persistence's",
        "<=",
        0.75,
    ),
    _pde(CIFAR, "LW33b", "the same: rmse of the shift over that of the equation", "<=", 0.6),
)

KNOWN: tuple[Check, ...] = (
    _of(
        EQUATIONS,
        "LW21",
        "weak form, KdV and mKdV, 5 % noise: worst coefficient",
        "<=",
        0.01,
        FIVE,
        unit="relative",
    ),
    _of(
        EQUATIONS,
        "LW22",
        "weak form, Burgers, 5 % noise: worst coefficient",
        "<=",
        0.03,
        FIVE,
        unit="relative",
    ),
    _of(
        EQUATIONS,
        "LN3",
        "ours: weak form, coefficients beyond three forecast deviations",
        "<=",
        0.02,
        FIVE,
        unit="of all",
    ),
    _of(
        EQUATIONS,
        "LN4",
        "ours: films of one travelling wave that are named so, minus those there",
        "==",
        0,
        FIVE,
    ),
)

VERIFICATIONS: tuple[Check, ...] = (
    verification(
        "LW01", "area of the unit p-disc, p = 1, 2, inf, 1/2: values not exact", 0, "", "=="
    ),
    verification("LW02", "lattice points within R = 128, p = 2, against C_p R^2", 2e-3, "relative"),
    verification(
        "LW02b", "lattice points within integer R, p = 1, minus 2R^2 + 2R + 1", 0, "", "=="
    ),
    verification(
        "LW03", "transport equation of the ideal front in SymPy: claims left over", 0, "", "=="
    ),
    verification("LW39", "solutions of KdV, mKdV, Burgers in SymPy: claims left over", 0, "", "=="),
    verification("LW39b", "KdV with 5 u u_x instead of 6: residuals that vanish", 0, "", "=="),
    verification(
        "LW06",
        "stationary Gaussian images, alpha 3, p 2, m 40,000: R(j) against sorted |k|",
        0.01,
        "rms",
        preset="standard",
    ),
    verification(
        "LW07",
        "the same, m 5000: width at j = 200, 300 against 4 pi j^2/(alpha^2 m)",
        0.25,
        "relative",
    ),
    verification("LW14", "12-term fit in a scaled gauge against the law of the coefficients", 1e-9),
    verification("LW14b", "the same in a shifted gauge", 1e-9),
    verification("LW21q", "weak form, KdV and mKdV, 5 % noise, one seed", 0.01, "relative"),
    verification("LW22q", "weak form, Burgers, 5 % noise, one seed", 0.03, "relative"),
    verification("LW23", "weak form without noise, four laws", 1e-6, "relative"),
    verification("LW24", "finite differences without noise, three laws", 0.015, "relative"),
    verification(
        "LW28", "bytes in any order and blocks: products of pixels that differ", 0, "", "=="
    ),
    verification("LW31c", "12 terms on a film that flows: R2 held out", 0.9, "", ">="),
    verification("LW36", "travelling-wave score of one wave", 0.999, "", ">="),
    verification("LW36b", "travelling-wave score of two waves", 0.97),
)

CHECKS: tuple[Check, ...] = (
    *EVERY_SET,
    *FRONTS,
    *EXACTNESS,
    *EQUATIONS_OF_SETS,
    *KNOWN,
    *VERIFICATIONS,
)
