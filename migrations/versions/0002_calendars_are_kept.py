"""calendars that dossiers are bound to are kept"""

import sqlalchemy as sa
from alembic import op
import dossiers.columns
import sqlmodel


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

TABLE = "calendar_versions"


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION motcua_append_only()"
        )
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{what.lower()} BEFORE {what} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {TABLE} are only ever added'); END"
        )


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(TABLE,
    sa.Column('version', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column("data", sa.JSON(), nullable=False),
    sa.Column('kept_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version')
    )
    _forbid_changes()
    op.add_column("dossiers", sa.Column("by_instant", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take the schema down."""
    op.drop_column("dossiers", "by_instant")
    op.drop_table(TABLE)
