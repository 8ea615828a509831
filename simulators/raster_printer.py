"""A printer that takes no PDF: ippeveprinter again, which lists raster formats alone and has two trays.

    with RasterBench() as printer:
        ...                              # print to printer.uri through a driverless queue
        subprocess.run(["pdftotext", printer.received[0], "-"])  # what arrived, made a PDF by cups-filters

`raster` is what arrived, byte for byte, Apple's raster or PWG's; `received` and `printed` hold it as cups-filters'
rastertopdf reads it, which finds in CONTENT_TYPE which of the two it is.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from simulators.ipp_printer import HERE, PrinterBench

# A filter of cups-filters, run outside CUPS: job, user, title, copies, options, file [filter(7)].
FILTER = "/usr/lib/cups/filter/rastertopdf"
# What the engine does before it prints: keep the pictures, and make of them a document whose sheets it can count.
SCRIPT = """#!/bin/sh
number=$(ls {kept} | wc -l)
cp "$1" {kept}/.part && mv {kept}/.part {kept}/$((number + 1)).ras
{filter} 1 kiosk job 1 '' {kept}/$((number + 1)).ras >"$1".pdf 2>/dev/null || exit 1
rm "$1"
exec {engine} "$1".pdf
"""


class RasterBench(PrinterBench):
    """A `PrinterBench` for the other kind of printer."""

    TELLS = ("-a", str(HERE / "raster.conf"))

    @property
    def raster(self) -> list[Path]:
        """What arrived, in order, as it arrived."""
        return sorted((self._home / "raster").glob("*.ras"))

    def _lay_out(self) -> None:
        super()._lay_out()
        kept, engine = self._home / "raster", self._home / "engine"
        kept.mkdir()
        engine.rename(self._home / "pdf-engine")
        words = {"kept": kept, "filter": FILTER, "engine": self._home / "pdf-engine"}
        engine.write_text(SCRIPT.format(**{name: shlex.quote(str(word)) for name, word in words.items()}))
        engine.chmod(0o755)
