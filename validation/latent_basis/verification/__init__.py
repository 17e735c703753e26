"""Verifications that need no data, by the id of their check; the linear control's run by themselves."""

from collections.abc import Callable, Mapping

from validation.latent_basis.verification import basis, laws, operators

FUNCTIONS: Mapping[str, Callable[[], float]] = {
    **basis.FUNCTIONS,
    **operators.FUNCTIONS,
    **laws.FUNCTIONS,
}
