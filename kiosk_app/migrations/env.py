"""Runs migrations on the connection that `upgrade` gives (Alembic loads this file by its name)."""

from alembic import context

from kiosk_app.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
