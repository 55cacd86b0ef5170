"""Schema migrations (Alembic); they travel in the wheel."""
