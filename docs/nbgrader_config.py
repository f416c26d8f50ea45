"""nbgrader's settings for a class of this course: see nbgrader.md beside this file."""

c = get_config()  # noqa: F821 – nbgrader brings it

c.CourseDirectory.course_id = "pruning-measured"

# exercises/ contains no solutions. nbgrader would replace every answer cell that lacks
# its markers, including the line with the function's name.
c.ClearSolutions.enabled = False

# Seconds per cell. The cells with real data train small networks.
c.Execute.timeout = 300

# A learner who deleted a check gets it back before grading.
c.OverwriteCells.add_missing_cells = True

# A check that passed is noted in my_work/ for the learning map. Feedback needs no copy.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "my_work",
]  # fmt: skip
