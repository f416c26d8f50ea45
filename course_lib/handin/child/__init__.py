"""The code of the child process, next to a learner's code: ``python -m child``.

Standard library and NumPy only, relative imports only: the folder works the same as
part of the course and alone.
"""
