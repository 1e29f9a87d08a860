"""The strict harness. It is small here because each strictness is a plugin of its own in `tests/harness/`."""
