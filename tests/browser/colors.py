"""Whether one colour is told from another."""


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminance by WCAG 2.2, from 1 to 21.

    Colours are what a browser computes: ``"rgb(0, 114, 178)"``.
    """

    def luminance(color: str) -> float:
        parts = [int(p) / 255 for p in color[color.index("(") + 1 : -1].split(",")[:3]]
        linear = [
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        ]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
