"""Programs as emu's users write them."""
