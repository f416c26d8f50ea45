"""Tests of the visible checks: every wrong answer gets its own hint."""
