"""What a network scores that ignores the image, and which scores say the same thing twice.

p_c is the share of the pixels that belongs to class c, class 0 the background; H is the entropy in nats.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.lattice import PAPER

CLASSES = sympy.Symbol("N", integer=True, positive=True)
BACKGROUND = sympy.Symbol("p_0", positive=True)
ACCURACY = sympy.Symbol("a", positive=True)

PREDICTOR_NAMES = {"N": "classes", "p_0": "background_share", "a": "accuracy"}


def cross_entropy(shares: tuple[sympy.Expr, ...], logits: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """Return sum_c p_c (ln sum exp(b) - b_c): the loss of a network that answers b everywhere."""
    normaliser = sympy.log(sum(map(sympy.exp, logits)))
    return sum(
        (share * (normaliser - b) for share, b in zip(shares, logits, strict=True)), sympy.S.Zero
    )


def entropy(shares: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """Return H = -sum_c p_c ln p_c (nats)."""
    return -sum((share * sympy.log(share) for share in shares), sympy.S.Zero)


def foreground_loss(shares: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """Return -sum_(c>0) p_c ln p_c/(1 - p_0): the loss over the object pixels alone."""
    return entropy(shares[1:]) / (1 - shares[0])


def equal_objects() -> tuple[sympy.Expr, sympy.Expr]:
    """Return loss and foreground loss of the constant predictor for N - 1 equally common classes.

    Examples
    --------
    >>> values = {BACKGROUND: 0.867, CLASSES: 11}
    >>> [round(float(loss.subs(values)), 3) for loss in equal_objects()]
    [0.698, 4.32]
    """
    each = (1 - BACKGROUND) / (CLASSES - 1)
    return (
        -BACKGROUND * sympy.log(BACKGROUND) - (1 - BACKGROUND) * sympy.log(each),
        -sympy.log(each),
    )


def jaccard(accuracy: sympy.Expr = ACCURACY) -> sympy.Expr:
    """Return a/(2 - a), the IoU of the release for the accuracy a."""
    return accuracy / (2 - accuracy)


def _shares(classes: int) -> tuple[sympy.Expr, ...]:
    """Return p_0 .. p_(N-1); p_1 .. p_(N-1) are free symbols and p_0 = 1 - p_1 - ..."""
    if classes < 2:
        raise ArgumentError("classes", classes, "must be at least 2", "background is one of them")
    objects = sympy.symbols(f"p_1:{classes}", positive=True)
    return (1 - sum(objects), *objects)


@register(
    reference=Reference(PAPER, "Table 3", "refuted"),
    names=PREDICTOR_NAMES,
    sizes=({"classes": 2}, {"classes": 3}),
)
def accuracy_twice(classes: int = 2) -> Identity:
    """IoU = a/(2 - a), and FG-IoU the same of the foreground's a: no information beyond the accuracy.

    Left, intersections over unions, each summed over the classes, from the counts n_cp of pixels of class c
    taken for p. Refutes that both are measured: over foreground pixels no false positive is counted.
    """
    counts = sympy.Matrix(
        classes, classes, sympy.symbols(f"n_:{classes}_:{classes}", positive=True)
    )
    both = counts.trace()
    unions = sum(sum(counts[c, :]) + sum(counts[:, c]) - counts[c, c] for c in range(classes))
    return Identity(
        name=f"IoU of the release, {classes} classes",
        left=both / unions,
        right=jaccard(both / sum(counts)),
        derivation=(
            Step("pixels of a class (rows) taken for another (columns)", ImmutableMatrix(counts)),
            Step("intersections, summed", both),
            Step("unions, summed: every pixel is in two sets", unions),
        ),
    )


@register(
    reference=Reference(PAPER, "Tables 5 and 6", "ours"),
    names=PREDICTOR_NAMES,
    sizes=({"classes": 2}, {"classes": 4}),
)
def stationary_answer(classes: int = 3) -> Identity:
    """The slope of the loss in a constant answer b is softmax(b) - p: it rests at the class shares.

    The loss is convex in b, so no constant answer is better.
    """
    given = _shares(classes)
    logits = sympy.symbols(f"b_:{classes}", real=True)
    loss = cross_entropy(given, logits)
    total = sum(map(sympy.exp, logits))
    return Identity(
        name=f"slope of the loss of a constant answer, {classes} classes",
        left=ImmutableMatrix([sympy.diff(loss, b) for b in logits]),
        right=ImmutableMatrix(
            [sympy.exp(b) / total - share for b, share in zip(logits, given, strict=True)]
        ),
        derivation=(Step("the loss of a constant answer", loss),),
    )


@register(
    reference=Reference(PAPER, "Tables 5 and 6", "ours"),
    names=PREDICTOR_NAMES,
    sizes=({"classes": 2}, {"classes": 4}),
)
def collapsed_loss(classes: int = 3) -> Identity:
    """A network that ignores the image has the loss H(p) and the FG-loss -sum_(c>0) p_c ln p_c/(1 - p_0).

    The failed seeds of the paper's tables lie there. Left, the cross-entropies of the answer b = ln n,
    n_c pixels of class c: a constant added to b changes nothing.
    """
    if classes < 2:
        raise ArgumentError("classes", classes, "must be at least 2", "background is one of them")
    counts = sympy.symbols(f"n_:{classes}", positive=True)
    given = tuple(count / sum(counts) for count in counts)
    logits = tuple(map(sympy.log, counts))
    objects = (sympy.S.Zero, *(count / sum(counts[1:]) for count in counts[1:]))
    return Identity(
        name=f"losses of a collapsed network, {classes} classes",
        left=ImmutableMatrix([cross_entropy(given, logits), cross_entropy(objects, logits)]),
        right=ImmutableMatrix([entropy(given), foreground_loss(given)]),
        derivation=(
            Step("the class shares", sympy.Tuple(*given)),
            Step("the best answer without the image", sympy.Tuple(*logits)),
            Step("its loss over all pixels", cross_entropy(given, logits)),
            Step("and over the objects' pixels", cross_entropy(objects, logits)),
        ),
    )


@register(
    reference=Reference(PAPER, "Tables 5 and 6", "ours"),
    names=PREDICTOR_NAMES,
    sizes=({"classes": 3}, {"classes": 11}),
)
def equally_common(classes: int = 3) -> Identity:
    """N - 1 equally common classes: FG-loss ln((N - 1)/(1 - p_0)), loss H = its part and the background's."""
    objects = [(1 - BACKGROUND) / (classes - 1)] * (classes - 1)
    given = (BACKGROUND, *objects)
    return Identity(
        name=f"losses of a collapsed network, {classes - 1} equal classes",
        left=ImmutableMatrix([entropy(given), foreground_loss(given)]),
        right=ImmutableMatrix([loss.subs(CLASSES, classes) for loss in equal_objects()]),
        given=(BACKGROUND < 1,),
        derivation=(Step("the class shares", sympy.Tuple(*given)),),
    )


@register(
    reference=Reference(PAPER, "Table 3", "ours"),
    names=PREDICTOR_NAMES,
    sizes=({"classes": 3}, {"classes": 4}),
)
def plateau(classes: int = 4) -> Identity:
    """FG-loss ln(N - 1) for a network that tells figure from ground and no more, whatever the shares."""
    objects = sympy.symbols(f"n_1:{classes}", positive=True)
    given = tuple(count / sum(objects) for count in objects)
    blind = (sympy.S.Zero,) * len(objects)
    return Identity(
        name=f"plateau of {classes} classes",
        left=cross_entropy(given, blind),
        right=sympy.log(CLASSES - 1).subs(CLASSES, classes),
        derivation=(Step("the same answer for all classes of objects", sympy.Tuple(*blind)),),
    )
