"""Interactive demos: one module each, split into compute, draw and a thin widget.

``show`` displays a demo. Only what ipywidgets 7.7 (Colab) and 8 share is used.
"""
