from django.db import migrations


class Migration(migrations.Migration):
    """Nothing of its own: the triggers of `tact.triggers` are installed after it, on databases that exist already."""

    dependencies = [
        ('tact', '0002_reminder_digest'),
    ]

    operations: list = []
