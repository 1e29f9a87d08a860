"""The index of words, each engine its own: FTS5 with its triggers on SQLite, a stored vector on PostgreSQL."""

from django.db import migrations

from crm import search_index


def install(apps, schema_editor):
    search_index.install(schema_editor.connection)


def remove(apps, schema_editor):
    search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial"), ("accounts", "0002_cache_table")]
    operations = [migrations.RunPython(install, remove)]
