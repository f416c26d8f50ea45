"""Handed-in notebooks: read, run piece by piece in a child process, checked.

``child/`` is what runs beside a learner's code. It stands on the standard library and
NumPy alone and imports nothing of the course, so that a grader can give it to a
process that must not see the course's functions.
"""
