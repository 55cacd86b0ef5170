"""What can go wrong with documents and their store. The docstring of each class is its default message."""

from __future__ import annotations

from dossiers.errors import DossierError


class DocumentEmpty(DossierError):
    """The file is empty."""


class DocumentTooLarge(DossierError):
    """The file is larger than allowed."""


class DocumentTypeRefused(DossierError):
    """Files of this kind are not taken: send a PDF, an image, or one of the other kinds listed."""


class DocumentTypeContradicts(DossierError):
    """The file is not what its name or its type says: send it under its right name."""


class DocumentNotReceived(DossierError):
    """The content of a document comes with an upload: it cannot be recorded by itself."""


class DocumentDamaged(DossierError):
    """The content of this document is missing from the store or was changed there: bring it back from a backup."""


class BrokenDocumentRules(DossierError):
    """A file with rules about documents (their kinds, their retention) cannot be read."""


class DocumentsNotWhole(DossierError):
    """Contents of documents are missing from the store or damaged: a backup without them would not be whole."""
