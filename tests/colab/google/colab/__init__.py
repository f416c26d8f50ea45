"""A stand-in for Colab's own package, by which a notebook tells where it runs.

There is nothing in it: the course asks only whether it is there.
"""
