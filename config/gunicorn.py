"""gunicorn's configuration file, read by gunicorn itself (`--config`); addresses come from the command line."""

import signal

from config import lifeline

wsgi_app = "config.wsgi:application"
workers = 2
worker_class = "gthread"
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
proc_name = "egards-web"


def on_starting(server):
    """The master dies with `manage.py serve`."""
    lifeline.tie_to_parent(signal.SIGTERM)


def post_fork(server, worker):
    """A worker dies with its master, which otherwise notices only seconds later."""
    lifeline.ask_kernel(signal.SIGTERM)
