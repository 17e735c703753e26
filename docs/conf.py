"""The documentation: executed pages (myst-nb), a gallery, the reference; built without a network.

``make docs`` builds it into ``docs/_build/html``; a warning is an error.
"""

import importlib
import pkgutil
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "Modewise"
author = "The Modewise developers"
project_copyright = author
release = metadata.version("modewise")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "extensions.docstrings",
    "extensions.mathml",
]
exclude_patterns = ["_build", "gallery", "generated/gallery/**/*.ipynb"]
templates_path = ["_templates"]

# --- pages ---------------------------------------------------------------------------------------

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # a page shows what the code of today gives
nb_execution_raise_on_error = True
nb_execution_timeout = 200
nb_merge_streams = True
nb_render_markdown_format = "myst"

smartquotes = False  # `--preset` is no dash

html_theme = "furo"
html_title = "Modewise"
html_static_path = ["_static"]
html_css_files = ["modewise.css"]
html_copy_source = False
html_math_renderer = "mathml"

# --- gallery -------------------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "generated/gallery",
    "subsection_order": [
        "gallery/linear_cnn",
        "gallery/drum",
        "gallery/latent_waves",
        "gallery/latent_basis",
        "gallery/wave_rnn",
    ],
    "within_subsection_order": "FileNameSortKey",
    "filename_pattern": r"\.py$",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "capture_repr": (),
}

# --- reference -----------------------------------------------------------------------------------

FLOORS = ("theory", "numerics", "validation")


def stated_packages() -> list[str]:
    """Return the packages whose ``__all__`` states what is public: they are one page each."""
    found = []
    for floor in FLOORS:
        path = importlib.import_module(floor).__path__
        for module in pkgutil.walk_packages(path, f"{floor}."):
            if module.ispkg and hasattr(importlib.import_module(module.name), "__all__"):
                found.append(module.name)
    return found


autosummary_generate = True
autosummary_context = {"stated": stated_packages()}
autodoc_default_options = {
    "members": True,
    "inherited-members": "object,Exception,tuple,Module,Protocol",  # up to, and without, these
}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]
napoleon_use_rtype = False
add_module_names = False
default_role = "literal"

# a reference to a name of ours must lead somewhere; of other libraries nothing is looked up
nitpick_ignore_regex = [(r"py:.*", rf"(?!({'|'.join(FLOORS)})\.).*")]
nitpick_ignore = [
    ("py:class", name)
    for name in (
        "theory.claims.claim.Explanation",  # what `explain` returns; it is not exported
        # type variables
        "theory.claims.registry.ClaimType",
        "numerics.latent_waves.distributed.Sum",
        "numerics.processes.Job",
        "numerics.processes.Result",
        "numerics.wave_rnn.segments.placement.Drawn",
    )
]
# `Config` in a signature is that of the module's own experiment, but is looked for in all
suppress_warnings = ["ref.python"]
