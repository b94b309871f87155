"""Measurements: commands that print figures. None of them is a test with a limit on time."""
