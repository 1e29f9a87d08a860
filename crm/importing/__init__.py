"""A firm's own customer file coming in: read, matched, tried, imported, undone."""
