"""Interactive demos: one module each, split into compute, draw and a thin widget.

``show`` displays a demo. Uses only what ipywidgets 7.7 (Colab) and 8 have in common.
"""
