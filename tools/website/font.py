"""A small font for the website's formulas: STIX Two Math, with the characters used."""

import io
import unicodedata
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

# The package is installed for this file, which is under the SIL Open Font License.
PACKAGE, FILE = "ziamath", Path("fonts") / "STIXTwoMath-Regular.ttf"
ALWAYS = "√(){}[]|‖0123456789"  # the root sign is not in the formula's text
NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # who made it, and its license
ITALIC = (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))


def formula_font(text: str) -> bytes:
    """Return a WOFF2 font with a text's characters, their italics, and larger forms."""
    italic = {unicodedata.normalize("NFKD", chr(code)): code for code in ITALIC}
    italic["h"] = 0x210E  # older than its neighbors, so elsewhere
    signs = set(text + ALWAYS) - {"\n", "\t"}
    # the time of the build would make each font, and so each site, another one
    font = TTFont(_folder(PACKAGE) / FILE, recalcTimestamp=False)
    options = subset.Options(
        hinting=False, layout_features=["ssty"], name_IDs=NAMES, notdef_outline=True
    )
    made = subset.Subsetter(options)
    made.populate(
        unicodes={ord(s) for s in signs} | {italic[s] for s in signs if s in italic}
    )
    made.subset(font)
    font.flavor = "woff2"
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _folder(package: str) -> Path:
    """Return where a package is installed, without running it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; run make setup")
    return Path(spec.origin).parent
