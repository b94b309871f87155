"""The log: one line an event, ``key=value`` pairs on standard error.

``log.info("listening", address=…)``: the message says what happened, the fields say to what.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_LOGGER = logging.getLogger("emu")


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        pairs = {"time": when, "level": record.levelname, "msg": record.getMessage(), **getattr(record, "fields", {})}
        line = " ".join(f"{key}={_shown(value)}" for key, value in pairs.items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _shown(value: Any) -> str:
    text = str(value)
    if not text or any(character in ' "=\\' or not character.isprintable() for character in text):
        return json.dumps(text, ensure_ascii=False)
    return text


def configure(level: str) -> None:
    """Sends the log of emu, and the warnings of what it is built on, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(level.upper())
    for name in ("asyncio", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)


def debug_enabled() -> bool:
    return _LOGGER.isEnabledFor(logging.DEBUG)


def debug(message: str, **fields: Any) -> None:
    _LOGGER.debug(message, extra={"fields": fields})


def info(message: str, **fields: Any) -> None:
    _LOGGER.info(message, extra={"fields": fields})


def warning(message: str, **fields: Any) -> None:
    _LOGGER.warning(message, extra={"fields": fields})


def error(message: str, *, exc_info: BaseException | None = None, **fields: Any) -> None:
    _LOGGER.error(message, extra={"fields": fields}, exc_info=exc_info)
