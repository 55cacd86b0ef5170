"""A version that open dossiers need and that is not installed is named at the start."""

from __future__ import annotations

from dataclasses import replace

from dossiers.missing_versions import missing_versions
from dossiers.office import Office
from flows.up import prepare
from procedures.catalogue import Catalogue, load_fields
from tests.desk import Desk


def test_a_version_that_is_not_installed_is_named_with_its_open_dossiers(office: Office) -> None:
    Desk(office).accepted()
    assert missing_versions(office) == {}
    assert missing_versions(replace(office, catalogue=Catalogue.of((), load_fields()))) == {"9.000001 v1": 1}


def test_the_start_warns_of_it(office: Office, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    from dossiers.settings import Settings

    Desk(office).accepted()
    (tmp_path / "secret.key").write_text((b"k" * 32).hex())
    url = office.engine.url.render_as_string(hide_password=False)
    prepare(Settings(home=tmp_path, database_url=url))
    assert "1 open dossiers go by 9.000001 v1, which is not installed" in capsys.readouterr().err
