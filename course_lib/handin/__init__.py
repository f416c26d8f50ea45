"""Submitted notebooks: read, run piece by piece in a child process, and checked.

``child/`` runs next to a learner's code. It uses only the standard library and NumPy
and imports nothing of the course, so that a grader can give it to a process that must
not see the course's functions.
"""
