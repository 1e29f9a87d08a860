"""What a client said from a form, remembered so that it is heard once however often it is sent."""

from datetime import datetime, timedelta

from django.db import models

KEPT = timedelta(days=30)


class SaidOnceQuerySet(models.QuerySet["SaidOnce"]):
    """Traces of forms in business words."""

    def forgettable(self, now: datetime) -> "SaidOnceQuerySet":
        """Those no form of a living page can still repeat."""
        return self.filter(said_at__lt=now - KEPT)


class SaidOnce(models.Model):
    """One thing said by one reader at one place: hashes only, never a word nor a name."""

    mark = models.CharField(max_length=64, unique=True)  # of who, where and what
    form = models.CharField(max_length=64, blank=True)  # of the form it came by last
    said_at = models.DateTimeField(null=True)  # never null once committed

    objects = SaidOnceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["said_at"], name="said_once_at")]

    def __str__(self) -> str:
        return self.mark[:8]
