"""Interactive demos: one module each, split into compute, draw and a thin widget.

``gallery.show`` displays one. Uses only what ipywidgets 7.7 (Colab) and 8 both have.
"""
