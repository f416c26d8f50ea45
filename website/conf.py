"""How Sphinx makes the website of `build/site-source/`; `make site` calls it."""

import logging
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.settings import Settings  # noqa: E402
from tools.website.links import base_url  # noqa: E402

settings = Settings.load(ROOT)
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

project = "Pruning, measured"
author = "the contributors"
copyright = "the contributors. Code and text: MIT license"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "tools.website.extension"]
exclude_patterns = []
templates_path = ["templates"]

nb_execution_mode = "off"  # pages show what the committed notebooks hold
nb_render_markdown_format = "myst"
nb_ipywidgets_js = {}
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
# notebooks are plain Markdown, in which a line may begin with "% of them"
myst_disable_syntax = ["myst_line_comment", "myst_block_break", "myst_target"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_dmath_allow_digits = False
html_math_renderer = "mathml"
highlight_language = "text"

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "inherited-members": False}
autodoc_preserve_defaults = True  # `least_squares`, not `<function least_squares>`
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_baseurl = base_url(settings)
html_static_path = ["../build/site-static"]
html_extra_path = ["../build/site-extra"]
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_favicon = "static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would be fetched, which no page from disk may
html_use_index = False
html_domain_indices = False
html_sidebars = {"**": ["sidebar-nav-bs"], "index": [], "404": []}
html_theme_options = {
    "navbar_start": ["navbar-logo"],
    "navbar_center": ["navbar-nav"],
    "navbar_persistent": ["search-button-field"],
    "navbar_end": ["color-mode"],
    "secondary_sidebar_items": ["page-toc"],
    "primary_sidebar_end": [],
    "footer_start": ["course-footer"],
    "footer_end": [],
    "show_prev_next": True,
    "show_toc_level": 2,
    "header_links_before_dropdown": 9,
    "search_bar_text": "Search the course",
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
