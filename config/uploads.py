"""What comes in with a form is bounded while it arrives: a stream of gigabytes fills neither memory nor disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

# A file of 100 000 customers weighs a third of it; one attachment may weigh 20 Mo, which its own form says.
MOST_OF_A_FILE = 60 * 1024 * 1024
MOST_OF_A_REQUEST = 250 * 1024 * 1024
SKIPPED = "egards.skipped_files"


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
