"""What can keep the processes of an installation from starting. Each says in both languages how to mend it."""

from __future__ import annotations

from typing import Any


class CannotStart(Exception):
    """The application cannot start."""

    wording = "Không khởi động được ứng dụng."

    def __init__(self, **facts: Any) -> None:
        """Keep the facts as attributes."""
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        super().__init__(self.english)

    @property
    def english(self) -> str:
        """The message in English, with its facts."""
        return (type(self).__doc__ or "").strip().format(**self.facts)

    @property
    def vietnamese(self) -> str:
        """The message in Vietnamese, with its facts."""
        return self.wording.format(**self.facts)


class PortInUse(CannotStart):
    """Port {port} is taken by {holder}. Stop that program, or set {setting} to another port."""

    wording = "Cổng {port} đang bị {holder} chiếm. Hãy dừng chương trình đó, hoặc đặt {setting} thành cổng khác."


class HomeNotWritable(CannotStart):
    """The folder {home} cannot be written ({reason}). Give this user the right to write there, or set MOTCUA_HOME."""

    wording = (
        "Không ghi được vào thư mục {home} ({reason}). Hãy cấp quyền ghi, hoặc đặt MOTCUA_HOME thành thư mục khác."
    )


class AlreadyRunning(CannotStart):
    """motcua already runs with the folder {home} (process {pid}). Stop it first, or set MOTCUA_HOME."""

    wording = "motcua đang chạy với thư mục {home} (tiến trình {pid}). Hãy dừng nó trước, hoặc đặt MOTCUA_HOME khác."


class ChildFailed(CannotStart):
    """The {name} process did not start; its log is {log}."""

    wording = "Tiến trình {name} không khởi động được; nhật ký của nó là {log}."
