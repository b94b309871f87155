"""What emu remembers of its commits, so that a test author can ask what led to what.

While a commit is made, each of its changes leaves a :mod:`trace <emu.history.traces>`: a small tuple of texts and
numbers, so that remembering costs a commit a few microseconds and the garbage collector nothing. Only when somebody
reads the history, the :mod:`trail <emu.history.trail>` follows every message from the put that announced it to what
deleted it, and an :mod:`entry <emu.history.commits>` is written out.
"""
