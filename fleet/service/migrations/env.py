"""Runs migrations on the connection that `upgrade` gives (Alembic loads this file by its name)."""

from alembic import context

from fleet.service.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
