"""All checks of `latent_basis`, with their bars: stated here and nowhere else."""

from validation.checks import Check, Relation, validation, verification

DIGITS, MNIST, FASHION, CONTROL, OWN = (
    "digits",
    "mnist",
    "fashion_mnist",
    "linear_control",
    "FILE",
)
CASES = {name: f"--dataset {name}" for name in (DIGITS, MNIST, FASHION, CONTROL, OWN)}
ALL = tuple(CASES)
LEARNT = (DIGITS, MNIST, FASHION, OWN)

STATED = "the default networks and analysis"
LONG = "latents of 30 coordinates or more"  # of fewer a length scatters by more than the bar
INDEPENDENCE = 0.003  # what taking scores as independent may cost the conditional law
OF_LAW = ("qr absolute", "symmetric absolute", "symmetric signed")  # ways of LB38

_Bar = float | tuple[float, float]


def _exact() -> tuple[Check, ...]:
    """Return what is asked without any training."""
    rows: tuple[tuple[str, str, _Bar, str, Relation, str], ...] = (
        ("LB01", "Gram matrix of a basis of 100 vectors against C", 1e-10, "", "<=", "quick"),
        ("LB02", "QR against modified Gram-Schmidt, condition 2e4", 1e-9, "", "<=", "quick"),
        ("LB03", "orthogonality of QR at condition 4e8", 1e-12, "", "<=", "quick"),
        ("LB03b", "the same of classical Gram-Schmidt, which fails", 0.1, "", ">=", "quick"),
        (
            "LB04",
            "equicorrelated means: R_kk^2 and cosines against closed forms",
            1e-12,
            "",
            "<=",
            "quick",
        ),
        (
            "LB05",
            "sum of <eta, xi> of the symmetric set over sqrt(C) times the nuclear norm, minus 1",
            1e-10,
            "",
            "<=",
            "quick",
        ),
        (
            "LB05b",
            "the same sum minus that of Gram-Schmidt, least of random sets",
            0,
            "",
            ">=",
            "quick",
        ),
        (
            "LB06",
            "norm of the release with (1, .., 1) in the basis, relative",
            1e-10,
            "",
            "<=",
            "quick",
        ),
        ("LB06b", "the same norm from the q_k, relative", 1e-7, "", "<=", "quick"),
        ("LB07", "algebra of B_ij, and A = C I", 1e-12, "", "<=", "quick"),
        (
            "LB08",
            "plane rotation against expm; norm, group law, disjoint planes",
            1e-12,
            "",
            "<=",
            "quick",
        ),
        ("LB08b", "commutator of two planes that share a vector", 1e-12, "", "<=", "quick"),
        (
            "LB09",
            "chain of quarter turns against the signed cycle, its powers",
            1e-12,
            "",
            "<=",
            "quick",
        ),
        (
            "LB10",
            "rank-one operator: second singular value of its outputs",
            1e-12,
            "",
            "<=",
            "quick",
        ),
        (
            "LB10b",
            "rank-one operator: spread of its outputs after their sign",
            1e-12,
            "",
            "<=",
            "quick",
        ),
        ("LB11", "Algorithm 1 as printed against (1/2, -sqrt(3)/2)", 1e-12, "", "<=", "quick"),
        ("LB11b", "Algorithm 1 corrected against its target", 1e-12, "", "<=", "quick"),
        (
            "LB12",
            "largest of l normals, |m|^2: two integrals of each, l to 20",
            1e-8,
            "",
            "<=",
            "quick",
        ),
        (
            "LB13",
            "2e6 latents labelled by their largest coordinate: |m|^2",
            0.01,
            "",
            "<=",
            "standard",
        ),
        ("LB13b", "the same: l-th singular value of the means", 0.01, "", "<=", "standard"),
        (
            "LB15",
            "leverage law, two layouts: sum of R_kk^2 over sum of the law, minus 1",
            0.02,
            "",
            "<=",
            "standard",
        ),
        ("LB15b", "overlap law, relative, sets 3 to 6 and k = 19", 0.08, "", "<=", "standard"),
        ("LB16", "top-1 and top-4 laws against 1e5 draws", 0.005, "", "<=", "quick"),
        ("LB17", "kept energy K_r against 20,000 draws", 0.002, "", "<=", "quick"),
        ("LB18", "Parseval and truncation error, relative", 1e-10, "", "<=", "quick"),
        ("LB19", "ranks by counting that differ from those by sorting", 0, "", "==", "quick"),
        ("LB21", "minimal rotation: takes u to v, keeps the norm", 1e-12, "", "<=", "quick"),
        ("LB21b", "the same at 1 + u.v = 1e-6", 1e-12, "", "<=", "quick"),
    )
    return tuple(verification(*row) for row in rows)


def _of_digits() -> tuple[Check, ...]:
    """Return what is asked of networks that learnt the digits, of each seed and head."""
    rows: tuple[tuple[str, str, _Bar, Relation], ...] = (
        ("LB30", "accuracy of the classifier on test images", 0.96, ">="),
        ("LB31", "least share of a label in random images", 0.04, ">="),
        ("LB31b", "largest share", 0.20, "<="),
        ("LB31c", "mean probability of the label of a random image", 0.88, ">="),
        ("LB32", "classifier on decoded encodings, linear head", 0.95, ">="),
        ("LB32b", "classifier on decoded encodings, release head", 0.85, ">="),
        ("LB33", "symmetric signed, top-1", 0.93, ">="),
        ("LB34", "qr absolute, top-1, release head", 0.83, ">="),
        ("LB35", "symmetric absolute, top-4", 0.97, ">="),
        ("LB36", "symmetric signed minus qr absolute, linear head", 0.10, ">="),
        ("LB37", "largest magnitude lies in the first set", 0.98, ">="),
        ("LB40", "Gaussian classes of half A against half B, qr absolute", 0.04, "<="),
        ("LB41", "Gaussian classes of half A against the test, qr absolute", 0.07, "<="),
        ("LB42", "decoded first-set part against the whole latent", 0.04, "<="),
        ("LB42b", "decoded complement against a guess, 1/l", 0.06, "<="),
        ("LB43", "vectors of the first set that show their label, qr", 8, ">="),
        ("LB43b", "vectors of the third set that show their label, qr", 4, "<="),
        ("LB45", "all pairs of labels by mean shift, linear head", 0.90, ">="),
        ("LB45b", "all pairs of labels by minimal rotation, linear head", 0.88, ">="),
        ("LB48", "class means of 30 that decode to their label", 29, ">="),
    )
    return (
        *(
            validation(id, what, bar, "", (DIGITS,), relation, given=STATED)
            for id, what, bar, relation in rows
        ),
        validation(
            "LB47",
            "KL of an encoder without the label's loss, larger of both heads: it collapses",
            0.1,
            "nats",
            (DIGITS,),
            preset="standard",
            given=STATED,
        ),
    )


def _of_mnist() -> tuple[Check, ...]:
    """Return what is asked of networks that learnt MNIST at 14 x 14 pixels."""
    rows: tuple[tuple[str, str, _Bar, Relation], ...] = (
        ("LB50", "accuracy of the classifier on test images", 0.975, ">="),
        ("LB51", "classifier on decoded encodings, release head", 0.92, ">="),
        ("LB51b", "classifier on decoded encodings, linear head", 0.93, ">="),
        ("LB52", "qr absolute, top-1, release head", 0.80, ">="),
        ("LB53", "symmetric signed, release head", 0.93, ">="),
        ("LB53b", "symmetric signed, linear head", 0.91, ">="),
        ("LB54", "qr absolute, top-4, release head", 0.95, ">="),
        ("LB54b", "symmetric absolute, top-4", 0.975, ">="),
        ("LB55", "largest magnitude lies in the first set", 0.98, ">="),
        ("LB57", "vectors of the first two sets that show their label, release head", 15, ">="),
        ("LB57b", "vectors of the first two sets that show their label, linear head", 13, ">="),
        ("LB57c", "vectors of a set that show their label, mean of sets 4 to 10", 3, "<="),
        ("LB58", "sum of R_kk^2 from k = 20 over the closed law's", (0.88, 1.12), "in"),
        ("LB58b", "the same over the simulated", (0.9, 1.1), "in"),
        ("LB59", "share of |z|^2 in the first set, release head", 0.6, "<="),
    )
    return tuple(
        validation(id, what, bar, "", (MNIST,), relation, "standard", STATED)
        for id, what, bar, relation in rows
    )


def _of_law(id: str, cases: tuple[str, ...]) -> Check:
    return validation(
        id,
        "conditional law against the mean of the trials, over 4 standard errors + 0.003; worst rule",
        1,
        "",
        cases,
    )


def _of_control() -> tuple[Check, ...]:
    """Return what is asked of the linear control, which runs first whatever the case."""
    rows: tuple[tuple[str, str, float, str, Relation], ...] = (
        ("LB20a", "shares right against closed forms, worst", 4, "binomial sd", "<="),
        ("LB20b", "share of |z|^2 in the first set", 0.001, "", "<="),
        ("LB20c", "E|z|^2", 4, "sd", "<="),
        ("LB20d", "squared cosine of means from 200 latents, rho = 4", 0.006, "", "<="),
        ("LB20e", "squared cosine of means from 200 latents, rho = 3", 0.010, "", "<="),
        ("LB20f", "|m|^2 of random latents", 0.035, "", "<="),
        ("LB20g", "truncation error in latents and images, relative", 1e-10, "", "<="),
        ("LB20h", "labels after every transport against closed forms", 4, "binomial sd", "<="),
        ("LB20i", "different pictures that the rank-one operator makes", 2, "", "=="),
        ("LB20j", "labels by classifier and by signed rule that differ", 0, "", "=="),
    )
    return tuple(
        verification(id, f"linear control: {what}", bar, unit, relation)
        for id, what, bar, unit, relation in rows
    )


CHECKS: tuple[Check, ...] = (
    *_of_control(),
    *_exact(),
    validation(
        "LB14",
        "|m|^2 of random latents minus its bound and 2 M/V, worst label",
        0,
        "",
        ALL,
    ),
    validation(
        "LB44",
        "weighted sum of all random means over its standard error, furthest from 1",
        (0.5, 1.5),
        "",
        ALL,
        "in",
        given=LONG,
    ),
    _of_law("LB38", (DIGITS, FASHION, CONTROL)),
    _of_law("LB56", (MNIST,)),
    validation(
        "LB38b",
        "ours: joint law, scores with their covariance, against the mean of the trials; worst rule",
        4,
        "standard errors",
        ALL,
    ),
    validation(
        "LBN1",
        "ours: ranks 1 to 10 by the conditional law, over 4 standard errors + 0.003; worst",
        1,
        "",
        (DIGITS, MNIST, FASHION, CONTROL),
    ),
    validation(
        "LBN2",
        "ours: share of |z|^2 in the largest amplitudes, forecast against trials; worst",
        5,
        "standard errors",
        ALL,
        given="20 trials or more",
    ),
    validation(
        "LBN3",
        "ours: labels after transport, decoded half A against test images; worst operator",
        0.07,
        "",
        (DIGITS, MNIST, FASHION, CONTROL),
    ),
    validation(
        "LB39",
        "standard deviation over the trials over the predicted, furthest from 1",
        (0.5, 1.6),
        "",
        ALL,
        "in",
        given="20 trials or more",
    ),
    validation(
        "LB46",
        "rank-one operator: diversity of the images of one branch, over that of its inputs",
        1e-4,
        "",
        ALL,
    ),
    *_of_digits(),
    *_of_mnist(),
)
