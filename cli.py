"""The same from a shell: `motcua ...`. Each floor brings its own commands; here they get their names and exit codes."""

from __future__ import annotations

import json
import sys

import typer

import notifications.tables  # noqa: F401 - its tables belong into every backup
from api.commands import web
from dossiers import (
    backup_commands,
    calendar_commands,
    duty_commands,
    people_commands,
    procedure_commands,
    timeline_commands,
)
from dossiers import commands as dossier_commands
from dossiers.absence_commands import absence
from dossiers.definition_commands import check
from dossiers.document_commands import document
from dossiers.errors import DossierError
from dossiers.importing import commands as import_commands
from dossiers.shell import REFUSED
from flows import commands as flow_commands
from flows.demonstration.commands import demo
from flows.rehearsal.commands import rehearse
from notifications.commands import notices
from notifications.errors import NotificationError
from notifications.slips import commands as slip_commands
from performance import audit_commands, seal_tables  # noqa: F401 - as those below
from performance import tables as performance_tables  # noqa: F401 - its tables belong into every backup
from performance.commands import performance
from performance.errors import PerformanceError
from performance.export_commands import export, polished
from performance.seal_commands import seal, verify
from procedures.drafting_commands import draft
from procedures.errors import ProcedureError
from procedures.exchange_commands import diagram

app = typer.Typer(
    help="motcua: thủ tục hành chính ở bộ phận một cửa / administrative procedures at the one-stop shop",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
person = typer.Typer(help="Dữ liệu cá nhân / personal data", no_args_is_help=True)
calendar = typer.Typer(help="Quyết định về lịch làm việc / calendar decisions", no_args_is_help=True)
procedures = typer.Typer(help="Khai báo thủ tục / procedure definitions", no_args_is_help=True)

for command in (
    flow_commands.up,
    flow_commands.worker,
    flow_commands.recover,
    demo,
    rehearse,
    web,
    check,
    dossier_commands.due,
    dossier_commands.explain,
    timeline_commands.dossier,
    people_commands.coverage,
    people_commands.reassign,
    duty_commands.duties,
    duty_commands.consultations,
    dossier_commands.rebuild,
    backup_commands.backup,
    backup_commands.restore,
    dossier_commands.migrate,
    slip_commands.slip,
    slip_commands.register,
    slip_commands.slip_key,
    slip_commands.verify_slip,
    performance,
    polished,
    verify,
    audit_commands.publish,
    audit_commands.audit_sample,
):
    app.command()(command)
app.command("import")(import_commands.import_)
app.command()(import_commands.imports)
person.command()(dossier_commands.erase)
app.add_typer(person, name="person")
app.add_typer(document, name="document")
calendar.command()(calendar_commands.impact)
calendar.command()(calendar_commands.apply)
calendar.command()(calendar_commands.keep)
app.add_typer(calendar, name="calendar")
procedures.command()(draft)
procedures.command()(diagram)
procedures.command()(procedure_commands.impact)
procedures.command()(procedure_commands.replay)
app.add_typer(procedures, name="procedures")
app.add_typer(export, name="export")
app.add_typer(absence, name="absence")
app.add_typer(notices, name="notices")
app.add_typer(seal, name="seal")
app.add_typer(people_commands.exemption, name="exemption")
app.add_typer(people_commands.staff, name="staff")


def main() -> None:
    """Run the shell; a refused command says why in Vietnamese and English and exits with 2."""
    try:
        app()
    except (ProcedureError, DossierError, NotificationError, PerformanceError, OSError) as error:
        complain(error)
        sys.exit(REFUSED)


def complain(error: Exception) -> None:
    """Say what was refused on standard error: Vietnamese, then English; JSON where `--json` was asked for."""
    from api.errors import wording_of

    shown = wording_of(error)
    if "--json" in sys.argv:
        typer.echo(json.dumps(shown, ensure_ascii=False, default=str), err=True)
    else:
        typer.echo(f"{shown['title']}\n{shown['title_en']}: {shown['detail']}", err=True)


if __name__ == "__main__":
    main()
