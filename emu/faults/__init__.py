"""Failures on demand.

A :mod:`rule <emu.faults.rules>` says which calls it meets; its :mod:`kind <emu.faults.kinds>` says what happens to
them. :mod:`emu.faults.injection` is what the gateway and the world ask, once there is a rule; while there is none it
costs them one comparison. Rules are not state: they end with the process, and no journal holds them.
"""
