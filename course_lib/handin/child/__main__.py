"""Start the child: ``python -m child`` with frames on standard input and output."""

from .serve import main

if __name__ == "__main__":
    main()
