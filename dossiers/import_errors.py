"""What can go wrong with registers and event logs of other systems, beside single bad rows."""

from __future__ import annotations

from dossiers.errors import DossierError


class HandledElsewhere(DossierError):
    """This dossier is only counted here: the system that it was imported from handles it."""


class WrongMapping(DossierError):
    """The mapping of an import breaks its shape, or names a column that the file has not."""


class UnreadableFile(DossierError):
    """The file cannot be read as what the mapping says it is."""


class UnknownImport(DossierError):
    """There is no such import."""
