"""What a reader works with on every page, beside the demos.

A prediction before the reveal, a storyboard, a visual inquiry, claims to judge,
practice with nudges, a research note, the learning map: one module each, with a
``show`` that displays it. What is typed or chosen is kept in ``my_work/`` at once.
"""
