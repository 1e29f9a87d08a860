"""What `./run` does before Django exists: bare Python 3.11, nothing installed, messages on stderr."""
