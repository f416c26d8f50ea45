"""The website: executed notebooks and documents as pages that live without a kernel."""
