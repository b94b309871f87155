"""Waiting until the world is as a test needs it, decided in the server: :mod:`emu.waiting.conditions` are what may be
waited for, :mod:`emu.waiting.wait` looks at them after each commit."""
