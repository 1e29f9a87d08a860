"""What comes in with a form is bounded while it arrives: a stream of gigabytes fills neither memory nor disk."""

from contextlib import suppress
from typing import IO, Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

# A file of 100 000 customers weighs a third of it; one attachment may weigh 20 Mo, which its own form says.
MOST_OF_A_FILE = 60 * 1024 * 1024
MOST_OF_A_REQUEST = 250 * 1024 * 1024
SKIPPED = "egards.skipped_files"
_PIECE = 64 * 1024


def read_away(stream: IO[bytes]) -> None:
    """Read what still comes of a request that is refused, keeping nothing: a browser that is still sending would show a
    cut connection instead of our answer. Beyond `MOST_OF_A_REQUEST` the connection is cut."""
    with suppress(OSError):
        for _piece in range(MOST_OF_A_REQUEST // _PIECE):
            if not stream.read(_PIECE):
                break


class BoundedUploadHandler(FileUploadHandler):
    """Drops a file beyond the limits as it arrives, and tells its name to the form in `request.META[SKIPPED]`. First of
    the chain: what it lets through goes on to memory or to a temporary file."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = self.total = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        self.total += len(raw_data)
        if self.received > MOST_OF_A_FILE or self.total > MOST_OF_A_REQUEST:
            if self.request is not None:
                self.request.META.setdefault(SKIPPED, []).append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handlers make the file."""
