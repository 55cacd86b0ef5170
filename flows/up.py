"""Prepares an installation for running: folder, ports, database, demonstration accounts. Then comes the supervisor."""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn

from dossiers.demo_accounts import PASSWORD, create
from dossiers.migrate import upgrade
from dossiers.missing_versions import missing_versions
from dossiers.office import Office
from dossiers.settings import Settings
from flows.now import now
from flows.preconditions import lock_home, require_free_ports
from flows.server import worker_ready_file


def up(settings: Settings) -> NoReturn:
    """Prepare, then become the supervisor; this process never comes back from it.

    Raises:
        CannotStart: something keeps it from starting; nothing is running and nothing is damaged.
        DatabaseTooNew: a newer version of the software made the database. Nothing is changed.
    """
    lock = lock_home(settings)
    require_free_ports(settings)
    facts = json.dumps(prepare(settings))
    worker_ready_file(settings).unlink(missing_ok=True)
    os.set_inheritable(lock, True)
    environment = {**os.environ, "MOTCUA_HOME": str(settings.home.absolute()), "MOTCUA_MODE": settings.mode}
    os.execve(sys.executable, [sys.executable, "-P", "-m", "flows.supervisor", facts], environment)


def prepare(settings: Settings) -> dict[str, object]:
    """Bring the database up to date and, in a demonstration, make its accounts; gives what people are told of them."""
    office = Office.open(settings)
    if upgrade(office.engine):
        print("Cơ sở dữ liệu đã được tạo hoặc nâng cấp. / The database was made or brought up to date.", flush=True)
    for version, count in missing_versions(office).items():
        print(
            f"CẢNH BÁO: {count} hồ sơ đang mở theo {version}, nhưng định nghĩa này chưa được cài đặt "
            f"(MOTCUA_DEFINITIONS?). / WARNING: {count} open dossiers go by {version}, which is not installed "
            "(MOTCUA_DEFINITIONS?).",
            file=sys.stderr,
            flush=True,
        )
    accounts = create(office, now=now()) if settings.mode == "demo" else []
    office.engine.dispose()
    return {"logins": [one.login for one in accounts], "password": PASSWORD if accounts else ""}
