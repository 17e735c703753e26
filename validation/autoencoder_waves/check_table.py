"""All checks of `autoencoder_waves`, with their bars: stated here and nowhere else."""

from validation.checks import Check, validation, verification

DIGITS, MNIST, FASHION = "digits", "mnist", "fashion_mnist"
CASES = {name: f"--dataset {name}" for name in (DIGITS, MNIST, FASHION, "FILE")}

SURE = 1.5  # uncertainties: by that much forecasts of T_capture may be off, root mean square

STATED = {
    DIGITS: "the defaults of digits, seeds 0 to 5",
    MNIST: "the defaults of mnist, seeds 0 and 1",
}
STATED_SEEDS = {DIGITS: range(6), MNIST: range(2)}


def _of_set(case: str, preset: str) -> tuple[Check, ...]:
    """Return what is asked of the trained networks of a set; its first letter ends their ids."""
    asked = {
        "AW9": ("rank against its count of live and switching units, worst network", 0, ""),
        "AW10": (
            "T_capture of half B against its forecast from half A, over its uncertainty from "
            "quarters of A, root mean square of networks",
            SURE,
            "",
        ),
        "AW11": (
            "c_j of half B against its forecast from half A, over how quarters of A differ, root mean "
            "squares of frames and networks",
            1.5,
            "",
        ),
        "AW6": ("T_capture over the rank, largest of all networks", 1, ""),
        "AW7": ("T as the paper's code has it over the rank, largest", 1, ""),
    }
    return tuple(
        validation(
            f"{id}{case[0]}", f"ours: {what}", bar, unit, (case,), preset=preset, given=STATED[case]
        )
        for id, (what, bar, unit) in asked.items()
    )


CHECKS: tuple[Check, ...] = (
    verification(
        "LW26", "rank of the reconstructions minus its bound by the widths, worst network", 0
    ),
    verification("LW27", "sum of c_j minus rank, worst network", 1e-8),
    verification(
        "LW32a", "rank of the reconstructions minus live units minus 1, largest of all networks", 0
    ),
    verification(
        "AW1", "rank of the reconstructions minus its count of live and switching units, largest", 0
    ),
    verification(
        "AW2",
        "loss above the least of its rank, least of all networks",
        -1e-12,
        "",
        ">=",
    ),
    verification(
        "AW3", "loss above the distance to what the last layer can put out, least", -1e-12, "", ">="
    ),
    verification(
        "AW4",
        "T_capture against that of the last layer over the same images, which are identical, worst network",
        0,
        "frames",
    ),
    verification(
        "AW5",
        "c_j against that of the last layer over the same images, which are identical, worst frame and "
        "network",
        1e-9,
    ),
    validation(
        "LW32b",
        "rank of the reconstructions against live units + 1, worst network",
        2,
        "",
        (MNIST,),
        preset="standard",
        given=STATED[MNIST],
    ),
    validation(
        "LW25d",
        "linear optimum: all three T minus d, distance from 1/2, worst bottleneck",
        0.5,
        "frames",
        (MNIST,),
        preset="standard",
        given=STATED[MNIST],
    ),
    *_of_set(DIGITS, "quick"),
    *_of_set(MNIST, "standard"),
    validation(
        "AW8",
        "ours: depths 5 and 6, T_capture minus d + 1, least of all networks",
        100,
        "frames",
        (MNIST,),
        ">=",
        preset="standard",
        given=STATED[MNIST],
    ),
    verification(
        "LW25a",
        "linear optimum without bias, random images and digits: rank and T_capture minus d",
        0,
    ),
    verification("LW25b", "the same with bias: rank minus d + 1", 0),
    verification("LW25c", "the same with bias, digits: T_capture minus d, from 1/2", 0.5),
    verification("AV1", "loss of the optimum without bias over Eckart and Young's, minus 1", 1e-9),
    verification("AV2", "sum of c_j minus rank, random matrices of every rank", 1e-8),
    verification("AV3", "rank minus its bound, 48 random networks of depths 3 to 6", 0),
    verification("AV4", "depth 5, the same: rank over d + 1, must pass it", 2, "", ">="),
    verification("AV5", "c_j against what the last layer's weights say, 48 random networks", 1e-9),
    verification(
        "AV8",
        "count of live and switching units minus rank, 48 random networks, least",
        0,
        "",
        ">=",
    ),
    verification(
        "AV6", "two frames that change places: T_align minus the first, T_capture minus n", 0
    ),
    verification("AV7", "a frame that is left out: T_align and T_capture minus it", 0),
)
