"""Our script, as small as it gets without a change in what it does."""


def minified(script: str) -> str:
    """Return a script without comments and with short names for what is local to it.

    The package has no wheel for macOS, where the website is not built.
    """
    import minify

    short: str = minify.string("application/javascript", script)
    return short
