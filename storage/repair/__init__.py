"""What `emu verify` finds in a data directory, and what `emu repair` makes of it."""
