"""What a reader needs in order to run a result again, and to trust that it was run as it says."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import inspect
import os
import platform
from pathlib import Path
from typing import Any

PACKAGES = ("sympy", "numpy", "scipy", "torch", "xarray", "matplotlib", "scikit-learn")


def version() -> str:
    """Return the installed version of Modewise."""
    return importlib.metadata.version("modewise")


def versions() -> dict[str, str]:
    """Return the versions of Modewise, Python and the packages that compute."""
    return {
        "modewise": version(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def code_fingerprint(experiment: type) -> str:
    """Return a hash of the versions, of the three floors' source and of an experiment's own."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    root = Path(__file__).parent.parent
    own = inspect.getsourcefile(experiment)
    files = [
        f for floor in ("theory", "numerics", "validation") for f in (root / floor).rglob("*.py")
    ]
    for file in sorted({*files, *([Path(own)] if own else [])}):
        digest.update(str(file).removeprefix(str(root)).encode() + file.read_bytes())
    return digest.hexdigest()


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def provenance(config: Any, command: str, seconds: float, *, resumed: bool) -> dict[str, Any]:
    """Return the provenance of a result.

    Parameters
    ----------
    seconds : float
        Of this run; if it was resumed, earlier parts are not in it.
    """
    from numerics.devices import find_device

    return {
        "command": command,
        "seed": getattr(config, "seed", None),
        "versions": versions(),
        "machine": platform.machine(),
        "system": platform.system(),
        "device": str(find_device(getattr(config, "device", "cpu"))),
        "threads": os.environ.get("OMP_NUM_THREADS", "not set"),
        "seconds": round(seconds, 2),
        "resumed": resumed,
        "finished": now(),
    }
