"""desks: absences, exemptions, bodies, documents, slips, the warning ladder, digests"""

import sqlalchemy as sa
from alembic import op
import dossiers.columns
import sqlmodel


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table('absences',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('staff_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('substitute', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('asked_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('asked_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('decided_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('absences', schema=None) as batch_op:
        batch_op.create_index('ix_absences_staff', ['staff_id', 'first_on'], unique=False)
        batch_op.create_index('ix_absences_substitute', ['substitute'], unique=False)

    op.create_table('consultations',
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('asked_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer_by', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('on_silence', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=True),
    sa.Column('answered_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('deemed', sa.Boolean(), nullable=False),
    sa.Column('late_answer', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('late_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('dossier_id', 'number')
    )
    with op.batch_alter_table('consultations', schema=None) as batch_op:
        batch_op.create_index('ix_consultations_open', ['answered_at', 'answer_by'], unique=False)

    op.create_table('consulted_bodies',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('province', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('webhook', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('province', 'name')
    )
    op.create_table('documents',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('required_document', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('filename', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('content_type', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('stored_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('stored_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('keep_until', sa.Date(), nullable=True),
    sa.Column('removed_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('removed_because', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.create_index('ix_documents_dossier', ['dossier_id'], unique=False)
        batch_op.create_index('ix_documents_sha256', ['sha256'], unique=False)

    op.create_table('pending_slips',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    sa.PrimaryKeyConstraint('event_id')
    )
    op.create_table('preferences',
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('mode', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('set_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('set_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('recipient', 'channel')
    )
    op.create_table('signer_exemptions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('ground', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=True),
    sa.Column('granted_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('granted_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('signer_exemptions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signer_exemptions_commune'), ['commune'], unique=False)

    op.create_table('slip_counters',
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('form', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('commune', 'year', 'form')
    )
    op.create_table('slips',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('form', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('paper', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=False),
    sa.Column('rendered_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('commune', 'year', 'form', 'number', 'paper'),
    sa.UniqueConstraint('event_id', 'form', 'paper')
    )
    with op.batch_alter_table('slips', schema=None) as batch_op:
        batch_op.create_index('ix_slips_dossier', ['dossier_id'], unique=False)

    op.create_table('undecided_warnings',
    sa.Column('warning_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('warning_id')
    )
    op.create_table('waiting_for_digest',
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('warning_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('since', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('recipient', 'warning_id')
    )
    op.add_column('dossiers', sa.Column('body', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True))
    op.add_column('dossiers', sa.Column('warning_plan', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('dossiers', sa.Column('held_until', dossiers.columns.UtcDateTime(timezone=True), nullable=True))
    op.add_column('dossiers', sa.Column('stop_proposed_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True))
    op.add_column('dossiers', sa.Column('due_soon_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True))
    op.add_column('dossiers', sa.Column('rating', sa.Integer(), nullable=True))
    op.add_column('dossiers', sa.Column('desk', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False,
                                        server_default=''))
    op.add_column('dossiers', sa.Column('acceptance_since', dossiers.columns.UtcDateTime(timezone=True), nullable=True))
    op.add_column('dossiers', sa.Column('answer_by', dossiers.columns.UtcDateTime(timezone=True), nullable=True))
    op.create_index('ix_dossiers_desk', 'dossiers', ['desk', 'status'], unique=False)
    op.add_column('dossiers', sa.Column('apologies', sa.Integer(), nullable=False, server_default='0'))
    op.execute("UPDATE dossiers SET apologies = extensions, desk = commune")
    op.execute("UPDATE dossiers SET acceptance_since = registered_at WHERE status = 'submitted'")
    op.add_column('grants', sa.Column('first_on', sa.Date(), nullable=True))
    op.add_column('grants', sa.Column('last_on', sa.Date(), nullable=True))
    op.add_column('staff', sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True))
    _key_of('warnings', 'dossier_id', 'rung_clock_period', ['dossier_id', 'rung', 'number', 'clock_period'],
            sa.Column('number', sa.Integer(), nullable=False, server_default='0'))
    if op.get_bind().dialect.name == "sqlite":  # the table was made anew, without its trigger
        op.execute(
            "CREATE TRIGGER warnings_no_delete BEFORE DELETE ON warnings "
            "BEGIN SELECT RAISE(ABORT, 'rows of warnings are only ever added'); END"
        )
    _key_of('messages', 'event_id', 'notice_recipient_channel', ['source', 'notice', 'recipient', 'channel'],
            sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False, server_default=''),
            sa.Column('warnings', sa.JSON(), nullable=False, server_default='[]'),
            optional=('event_id', 'dossier_id'))


def _key_of(table, first, rest, key, *columns, optional=()) -> None:
    """Add columns to a table and give it another unique key."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    old = f"uq_{table}_{first}" if sqlite else f"{table}_{first}_{rest}_key"
    for column in columns:
        op.add_column(table, column)
    if table == "messages":
        op.execute("UPDATE messages SET source = 'event:' || event_id")
    naming = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table(table, naming_convention=naming) as batch:
        batch.drop_constraint(old, type_='unique')
        batch.create_unique_constraint(f"uq_{table}_key", key)
        for name in optional:
            batch.alter_column(name, existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)


def downgrade() -> None:
    """Refuse: what the new tables hold would be lost."""
    raise NotImplementedError("restore a backup that was made before the change")
