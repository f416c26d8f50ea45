"""Tools that build and verify the course; `make` calls them."""

import sys

# jsonschema imports this one with nbformat and compiles a grammar, three seconds in
# every process, to check international addresses, which no notebook holds; it does
# without it where it cannot be imported.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
