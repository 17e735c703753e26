"""The step forms of the wave network, by name; nothing else is loaded for them."""

from __future__ import annotations

from typing import Literal

from theory.errors import ArgumentError

Form = Literal["velocity_verlet", "position_verlet", "kick_first", "drift_first"]
FORMS: tuple[Form, ...] = ("velocity_verlet", "position_verlet", "kick_first", "drift_first")


def require_form(form: str) -> None:
    """Raise ArgumentError unless a form is one of `FORMS`."""
    if form not in FORMS:
        raise ArgumentError("form", form, f"must be one of {', '.join(FORMS)}", "choose one")
