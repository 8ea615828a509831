"""What says everything by its name: a state, an event or a wish without fields, equal to its like.

One dataclass for all of them, for Python compiles six methods for each, before the portal can be painted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bare:
    """The name of the class is all there is."""
