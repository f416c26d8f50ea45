"""One module for each exercise: its inputs, its solution and its known mistakes."""
