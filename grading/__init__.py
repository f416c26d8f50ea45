"""The class grader: ``python -m grading submissions/ --out grades/``."""
