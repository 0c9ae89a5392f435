"""How Sphinx builds these pages: every page runs, every warning stops the build."""

from __future__ import annotations

import sys
from pathlib import Path

import bayes_rsa

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "bayes_rsa"
author = "The bayes_rsa developers"
copyright = author  # noqa: A001 (the name is Sphinx's)
version = release = bayes_rsa.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
    "mathml",
    "offline",
]
exclude_patterns = ["_build", "_extensions", "jupyter_execute"]
nitpicky = False

# ---- pages that run ---------------------------------------------------------------------------

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_ipywidgets_js = {}
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
myst_update_mathjax = False

# ---- reference --------------------------------------------------------------------------------

autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# ---- the look ---------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = "bayes_rsa"
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
_ALONE = (
    "index quickstart reanalysis sensitivity evidence calibration benchmarks architecture changelog"
)
html_sidebars = {page: [] for page in _ALONE.split()}
html_theme_options = {
    "show_prev_next": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
