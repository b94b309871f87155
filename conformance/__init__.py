"""The same cases against emu and a real Kumo, what each answered, and the register of their differences."""
