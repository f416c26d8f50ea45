"""The build: source/*.py → notebooks/, exercises/, solutions/, and its checks."""
