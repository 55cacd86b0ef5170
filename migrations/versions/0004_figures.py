"""figures: what is known of each dossier, by cut"""

import sqlalchemy as sa
from alembic import op
import dossiers.columns
import sqlmodel


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up: one function a room."""
    _facts()
    _counts()
    _seals()
    _imports()


def _facts() -> None:
    op.create_table('figure_facts',
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('from_cut', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('to_cut', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('first_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('procedure', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('case_id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('province', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('intake_commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('non_boundary', sa.Boolean(), nullable=False),
    sa.Column('forwarded', sa.Boolean(), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('parent', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('linked_parts', sa.Integer(), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('registered_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('acceptance_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('clock_starts_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('end_kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('handed_over_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('limit_unit', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('by_instant', sa.Boolean(), nullable=False),
    sa.Column('same_day', sa.Boolean(), nullable=False),
    sa.Column('additions', sa.Integer(), nullable=False),
    sa.Column('allowed_minutes', sa.Integer(), nullable=True),
    sa.Column('used_minutes', sa.Integer(), nullable=True),
    sa.Column('working_minutes', sa.Integer(), nullable=True),
    sa.Column('original_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('original_due_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('original_due_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('legal_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('legal_due_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('legal_due_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('extended_due_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('extended_due_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('extended_due_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promised_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promised_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promised_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promise_less_supplement_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promise_less_supplement_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('promise_less_supplement_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('limit_less_supplement_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('limit_less_supplement_on_time_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('limit_less_supplement_late_from', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('late_minutes', sa.Integer(), nullable=True),
    sa.Column('late_minutes_commune', sa.Integer(), nullable=True),
    sa.Column('late_minutes_other_agency', sa.Integer(), nullable=True),
    sa.Column('late_minutes_applicant', sa.Integer(), nullable=True),
    sa.Column('supplement_count', sa.Integer(), nullable=False),
    sa.Column('first_supplement_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('first_supplement_received_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('second_supplement_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_supplement_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_supplement_received_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('supplement_late', sa.Boolean(), nullable=False),
    sa.Column('supplement_minutes', sa.Integer(), nullable=False),
    sa.Column('paused_minutes', sa.Integer(), nullable=False),
    sa.Column('pauses_near_due', sa.Integer(), nullable=False),
    sa.Column('pauses_after_due', sa.Integer(), nullable=False),
    sa.Column('pause_near_due_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('restarts', sa.Integer(), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('apologies', sa.Integer(), nullable=False),
    sa.Column('apology_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('apology_in_time', sa.Boolean(), nullable=True),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('reopened_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('receiver', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('case_officer', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('case_officers', sa.Integer(), nullable=False),
    sa.Column('signer', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('signed_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_before_signature', sa.Boolean(), nullable=False),
    sa.Column('result_recorded_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('result_recorded_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('result_after_hours', sa.Boolean(), nullable=False),
    sa.Column('result_backdated_minutes', sa.Integer(), nullable=False),
    sa.Column('receipt_backdated_minutes', sa.Integer(), nullable=False),
    sa.Column('ended_because', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('documents_electronic', sa.Boolean(), nullable=False),
    sa.Column('payments_online', sa.Integer(), nullable=False),
    sa.Column('payments_direct', sa.Integer(), nullable=False),
    sa.Column('fully_electronic', sa.Boolean(), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('dossier_id', 'from_cut')
    )
    with op.batch_alter_table('figure_facts', schema=None) as batch_op:
        batch_op.create_index('ix_figure_facts_ended', ['commune', 'ended_at'], unique=False)
        batch_op.create_index('ix_figure_facts_registered', ['commune', 'registered_at'], unique=False)
        batch_op.create_index('ix_figure_facts_moments', ['last_at', 'first_at'], unique=False)
        batch_op.create_index('ix_figure_facts_from', ['from_cut'], unique=False)
        batch_op.create_index('ix_figure_facts_to', ['to_cut'], unique=False)


def _counts() -> None:
    op.create_table('figure_counts',
    sa.Column('formula', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('province', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('commune', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('start_month', sa.Integer(), nullable=False),
    sa.Column('end_month', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('formula', 'province', 'field', 'commune', 'start_month', 'end_month')
    )
    op.create_table('figure_failures',
    sa.Column('dossier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.PrimaryKeyConstraint('dossier_id')
    )


def _seals() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table('seals',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('taken_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('cut', big, nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('hash', text(length=64), nullable=False),
    sa.Column('signature', text(length=128), nullable=False),
    sa.Column('public_key', text(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_table('seal_leaves',
    sa.Column('bucket', text(length=60), nullable=False),
    sa.Column('dossier', text(length=60), nullable=False),
    sa.Column('seal', sa.Integer(), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('head', text(length=64), nullable=False),
    sa.Column('entries', sa.Text(), nullable=False),
    sa.Column('link', text(length=64), nullable=False),
    sa.PrimaryKeyConstraint('bucket', 'dossier', 'seal')
    )
    op.create_index('ix_seal_leaves_seal', 'seal_leaves', ['seal'])
    op.create_table('seal_nodes',
    sa.Column('parent', text(length=60), nullable=False),
    sa.Column('name', text(length=60), nullable=False),
    sa.Column('seal', sa.Integer(), nullable=False),
    sa.Column('digest', text(length=64), nullable=False),
    sa.Column('dossiers', sa.Integer(), nullable=False),
    sa.Column('events', big, nullable=False),
    sa.PrimaryKeyConstraint('parent', 'name', 'seal')
    )
    op.create_table('publications',
    sa.Column('id', big, autoincrement=True, nullable=False),
    sa.Column('province', text(length=2), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('period', text(length=30), nullable=False),
    sa.Column('cut', big, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', text(length=64), nullable=False),
    sa.Column('seal', sa.Integer(), nullable=False),
    sa.Column('restates', big, nullable=True),
    sa.Column('reason', text(length=500), nullable=True),
    sa.Column('difference', sa.Text(), nullable=True),
    sa.Column('published_by', text(length=80), nullable=False),
    sa.Column('published_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('province', 'year', 'number')
    )
    op.create_index('ix_publications_province', 'publications', ['province'])
    for table in ('seals', 'seal_leaves', 'seal_nodes', 'publications'):
        _forbid_changes(table)


def _imports() -> None:
    big, text = sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sqlmodel.sql.sqltypes.AutoString
    op.create_table('imports',
    sa.Column('id', big, autoincrement=True, nullable=False),
    sa.Column('source', text(length=40), nullable=False),
    sa.Column('kind', text(length=20), nullable=False),
    sa.Column('file_name', text(length=200), nullable=False),
    sa.Column('file_sha256', text(length=64), nullable=False),
    sa.Column('mapping_sha256', text(length=64), nullable=False),
    sa.Column('actor', text(length=80), nullable=False),
    sa.Column('started_at', dossiers.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', dossiers.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_imports_source', 'imports', ['source'])
    op.create_table('imported_rows',
    sa.Column('source', text(length=40), nullable=False),
    sa.Column('key', text(length=100), nullable=False),
    sa.Column('dossier_id', big, nullable=False),
    sa.Column('code', text(length=40), nullable=False),
    sa.Column('hash', text(length=64), nullable=False),
    sa.Column('applied', sa.JSON(), nullable=False),
    sa.Column('import_id', big, nullable=False),
    sa.PrimaryKeyConstraint('source', 'key')
    )
    op.create_index('ix_imported_rows_dossier_id', 'imported_rows', ['dossier_id'])
    op.create_index('ix_imported_rows_import_id', 'imported_rows', ['import_id'])


def _forbid_changes(table: str) -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION motcua_append_only()"
        )
        return
    for what in ('UPDATE', 'DELETE'):
        op.execute(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        )


def downgrade() -> None:
    """Refuse: what the new tables hold would be lost."""
    raise NotImplementedError("restore a backup that was made before the change")
