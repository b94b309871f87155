"""Bodies: bytes kept once by their content, named by the SHA-256 of it, as long as something refers to them."""
