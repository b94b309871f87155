"""The world's clock: what it is set to (:mod:`emu.clock.setting`), how that is kept (:mod:`emu.clock.state`), how it is
read (:mod:`emu.clock.reading`) and how it is moved (:mod:`emu.clock.movement`).

The setting is state: a record of the journal sets it, documents and snapshots hold it. Everybody reads the time of one
:class:`emu.clock.reading.WorldClock`, and whoever sleeps until a moment asks it how long that is: long polls
(:mod:`emu.clock.signals`), and what falls due by itself (:mod:`emu.clock.scheduler`).
"""
