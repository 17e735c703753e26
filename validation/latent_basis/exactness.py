"""The linear control, before anything else: the analysis is tried where every number is known."""

from __future__ import annotations

import json

from numerics.files import write_text
from validation.experiment import Work


def control_findings(work: Work) -> dict[str, float]:
    """Return what the checks of the linear control found, computed now or earlier in this run."""
    from validation.latent_basis.verification.control import FUNCTIONS

    file = work.store / "control.json"
    if file.exists():
        return json.loads(file.read_text(encoding="utf-8"))
    found = {}
    for done, (name, function) in enumerate(FUNCTIONS.items(), 1):
        found[name] = float(function())
        work.progress("linear control", done, len(FUNCTIONS))
    write_text(file, json.dumps(found))
    return found
