"""What a call from the command line can end with, other than an answer."""

from __future__ import annotations


class UsageError(Exception):
    """The command line can't be understood. The text is one sentence for the user."""


class CallFailed(Exception):
    """The server refused the call, or wasn't reached. The text is one line for the user."""
