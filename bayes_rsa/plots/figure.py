"""The figure that every plot returns: it knows its words, and how to be shown and saved."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from bayes_rsa.errors import InputError
from bayes_rsa.files import write_bytes
from bayes_rsa.plots.style import WIDTHS, Width, look

DPI: Final = 300
"""Dots per inch of a PNG."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class JournalFigure(Figure):
    """A Matplotlib figure with a caption and a text for those who cannot see it.

    Attributes
    ----------
    caption
        What is shown and how it was made; the figure itself carries no title.
    alt
        What a reader would see, with the main numbers.
    """

    caption: str = ""
    alt: str = ""

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height, in inches."""
        return float(self.get_figwidth()), float(self.get_figheight())

    def svg(self) -> bytes:
        """The figure as SVG; the same figure gives the same bytes."""
        stream = io.BytesIO()
        words = {"Date": None, "Creator": None} | ({"Title": self.alt} if self.alt else {})
        with look():
            self.savefig(stream, format="svg", metadata=words)
        return stream.getvalue()

    def png(self) -> bytes:
        """The figure as PNG at 300 dots per inch; the same figure gives the same bytes."""
        from PIL import Image

        pixels, stream = io.BytesIO(), io.BytesIO()
        with look():
            self.savefig(pixels, format="rgba", dpi=DPI)
        width, height = (int(inches * DPI) for inches in self.inches)
        # Nothing shows through; without that channel, a quicker compression makes as few bytes.
        image = Image.frombytes("RGBA", (width, height), pixels.getvalue()).convert("RGB")
        image.save(stream, format="png", dpi=(DPI, DPI), compress_level=3)
        return stream.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg().decode("utf-8")

    # What notebooks ask for, without pyplot.
    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self._repr_svg_(), "text/plain": self.alt or repr(self)}


@dataclass(frozen=True, slots=True)
class SavedFigure:
    """Where a figure was saved, with its words.

    Parameters
    ----------
    svg, png
        The two files.
    alt, caption
        As on the figure.
    inches
        Width and height.
    """

    svg: Path
    png: Path
    alt: str
    caption: str
    inches: tuple[float, float]


def new_figure(width: Width, height: float) -> JournalFigure:
    """An empty figure.

    Parameters
    ----------
    width
        ``column`` or ``page``.
    height
        In inches.
    """
    if width not in WIDTHS:
        raise InputError("width", width, "a figure is 'column' or 'page' wide", "use one of these")
    return JournalFigure(figsize=(WIDTHS[width], height))


def save(figure: JournalFigure, folder: str | Path, name: str) -> SavedFigure:
    """Write a figure as ``name.svg`` and ``name.png``, each whole or not at all.

    The same figure gives byte-identical files. Files of that name are replaced.

    Parameters
    ----------
    figure
        What a function of this package returned.
    folder
        An existing folder.
    name
        File name without ending: letters, digits, ``-`` and ``_``.

    Raises
    ------
    InputError
        If the name is not one, or the folder cannot be written to.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            "name", name, "a figure's name holds letters, digits, '-' and '_'", "choose another"
        )
    paths = []
    for ending, data in (("svg", figure.svg()), ("png", figure.png())):
        path = Path(folder) / f"{name}.{ending}"
        paths.append(write_bytes(path, data, "figure", overwrite=True))
    return SavedFigure(paths[0], paths[1], figure.alt, figure.caption, figure.inches)
