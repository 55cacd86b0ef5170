"""the first schema"""

import sqlalchemy as sa
from alembic import op
import dossiers.columns
import sqlmodel


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("events", "access_records", "warnings")
"""Rows of these tables are only ever added; the database itself refuses anything else (warnings may be announced)."""


def _forbid_changes(table: str) -> None:
    when = "DELETE" if table == "warnings" else "UPDATE OR DELETE"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION motcua_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {when} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION motcua_append_only()"
        )
        return
    for what in when.split(" OR "):
        op.execute(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        )


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table('access_records',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('what', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('applicant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('access_records', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_records_actor'), ['actor'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_records_dossier_id'), ['dossier_id'], unique=False)

    op.create_table('api_tokens',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('staff_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('scopes', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_staff_id'), ['staff_id'], unique=False)

    op.create_table('applicants',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('representative', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    sa.Column('personal_id_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('personal_id_index', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('salt', sa.LargeBinary(), nullable=True),
    sa.Column('erased_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('applicants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_applicants_personal_id_index'), ['personal_id_index'], unique=False)

    op.create_table('code_counters',
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('day', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('commune', 'day')
    )
    op.create_table('cuts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('last', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('dossiers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('official_code', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('procedure', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('case_id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('province', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('intake_commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('head_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('applicant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('parent', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('holder', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('current_step', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('registered_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('clock_starts_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('original_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('legal_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('extended_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('promised_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('verdict', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('supplement_requests', sa.Integer(), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('clock_period', sa.Integer(), nullable=False),
    sa.Column('next_timer_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('next_warning_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('silent', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    with op.batch_alter_table('dossiers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossiers_applicant_id'), ['applicant_id'], unique=False)
        batch_op.create_index('ix_dossiers_commune_status', ['commune', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_due_at'), ['due_at'], unique=False)
        batch_op.create_index('ix_dossiers_figures', ['commune', 'registered_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_finished_at'), ['finished_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_official_code'), ['official_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_parent'), ['parent'], unique=False)
        batch_op.create_index('ix_dossiers_timer', ['next_timer_at'], unique=False)
        batch_op.create_index('ix_dossiers_warning', ['next_warning_at'], unique=False)

    op.create_table('events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('occurred_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('previous_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('cut', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('cut'),
    sa.UniqueConstraint('dossier_id', 'revision')
    )
    op.create_table('free_texts',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('salt', sa.LargeBinary(), nullable=True),
    sa.Column('erased_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('free_texts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_free_texts_dossier_id'), ['dossier_id'], unique=False)

    op.create_table('grants',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('staff_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('province', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('staff_id', 'role', 'province', 'commune', 'field')
    )
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.create_index('ix_grants_staff', ['staff_id'], unique=False)

    op.create_table('idempotency_keys',
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('route', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('body_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('actor', 'route', 'key')
    )
    op.create_table('installation',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('messages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('message_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notice', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('applicant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=15), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('resolved_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id', 'notice', 'recipient', 'channel'),
    sa.UniqueConstraint('message_id')
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index('ix_messages_applicant', ['applicant_id'], unique=False)
        batch_op.create_index('ix_messages_dossier', ['dossier_id'], unique=False)
        batch_op.create_index('ix_messages_due', ['state', 'next_try_at'], unique=False)

    op.create_table('open_steps',
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=True),
    sa.Column('assignee', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('opened_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('dossier_id', 'occurrence')
    )
    with op.batch_alter_table('open_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_open_steps_assignee'), ['assignee'], unique=False)

    op.create_table('recorded_messages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('message_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('recorded_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('recorded_messages', schema=None) as batch_op:
        batch_op.create_index('ix_recorded_messages_message', ['message_id'], unique=False)

    op.create_table('sessions',
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('staff_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('csrf', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('token_hash')
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_staff_id'), ['staff_id'], unique=False)

    op.create_table('staff',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('login', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('failed_logins', sa.Integer(), nullable=False),
    sa.Column('locked_until', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('login')
    )
    op.create_table('undecided_events',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('recorded_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id')
    )
    op.create_table('wake_ups',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('dossier_code', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('lease_until', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease_owner', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('flow_run_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('alone', sa.Boolean(), nullable=False),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('created_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('dossier_id', 'occurrence')
    )
    with op.batch_alter_table('wake_ups', schema=None) as batch_op:
        batch_op.create_index('ix_wake_ups_due', ['state', 'lease_until'], unique=False)

    op.create_table('warnings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rung', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('clock_period', sa.Integer(), nullable=False),
    sa.Column('legal_moment', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('announced', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('dossier_id', 'rung', 'clock_period')
    )
    op.execute("INSERT INTO cuts (id, last) VALUES (1, 0)")
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Take it back."""
    op.drop_table('warnings')
    with op.batch_alter_table('wake_ups', schema=None) as batch_op:
        batch_op.drop_index('ix_wake_ups_due')

    op.drop_table('wake_ups')
    op.drop_table('undecided_events')
    op.drop_table('staff')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_staff_id'))

    op.drop_table('sessions')
    with op.batch_alter_table('recorded_messages', schema=None) as batch_op:
        batch_op.drop_index('ix_recorded_messages_message')

    op.drop_table('recorded_messages')
    with op.batch_alter_table('open_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_open_steps_assignee'))

    op.drop_table('open_steps')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index('ix_messages_due')
        batch_op.drop_index('ix_messages_dossier')
        batch_op.drop_index('ix_messages_applicant')

    op.drop_table('messages')
    op.drop_table('installation')
    op.drop_table('idempotency_keys')
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.drop_index('ix_grants_staff')

    op.drop_table('grants')
    with op.batch_alter_table('free_texts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_free_texts_dossier_id'))

    op.drop_table('free_texts')
    op.drop_table('events')
    with op.batch_alter_table('dossiers', schema=None) as batch_op:
        batch_op.drop_index('ix_dossiers_warning')
        batch_op.drop_index('ix_dossiers_timer')
        batch_op.drop_index(batch_op.f('ix_dossiers_parent'))
        batch_op.drop_index(batch_op.f('ix_dossiers_official_code'))
        batch_op.drop_index(batch_op.f('ix_dossiers_finished_at'))
        batch_op.drop_index('ix_dossiers_figures')
        batch_op.drop_index(batch_op.f('ix_dossiers_due_at'))
        batch_op.drop_index('ix_dossiers_commune_status')
        batch_op.drop_index(batch_op.f('ix_dossiers_applicant_id'))

    op.drop_table('dossiers')
    op.drop_table('cuts')
    op.drop_table('code_counters')
    with op.batch_alter_table('applicants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_applicants_personal_id_index'))

    op.drop_table('applicants')
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_tokens_staff_id'))

    op.drop_table('api_tokens')
    with op.batch_alter_table('access_records', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_access_records_dossier_id'))
        batch_op.drop_index(batch_op.f('ix_access_records_actor'))

    op.drop_table('access_records')
