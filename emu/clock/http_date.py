"""The ``Date`` header, from the world's clock. https://www.rfc-editor.org/rfc/rfc9110#field.date"""

from __future__ import annotations

from email.utils import formatdate

from services.clock import Clock


class HttpDate:
    """Formats a second once, however many answers leave within it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = -1
        self._text = ""

    def text(self) -> str:
        second = self._clock.now_ms() // 1000
        if second != self._second:
            self._second, self._text = second, formatdate(second, usegmt=True)
        return self._text
