"""Laws evaluated in floating point, data made, networks trained.

``from numerics import evaluate, integrate`` gives the two functions of `numerics.laws`; they are
loaded when they are first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numerics.laws import evaluate, integrate

__all__ = ["evaluate", "integrate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'numerics' has no attribute '{name}'")
    from numerics import laws

    return getattr(laws, name)
