"""From a masked network to bytes on disk: sparse formats, codes, and a file format."""
