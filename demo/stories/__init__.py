"""The last weeks of the clients one looks at first, each a function that writes its moments on the scene."""
