"""The emulated services: pure functions over state, with no sockets, no files and no wire protocol."""
