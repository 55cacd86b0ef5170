"""What can go wrong with a request before it reaches the office. The docstring of each class is its English wording."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Something about a request is wrong."""

    def __init__(self, **facts: Any) -> None:
        """Keep the facts for the answer."""
        self.facts = facts
        super().__init__((type(self).__doc__ or "").strip())


class NotSignedIn(ApiError):
    """Sign in first."""


class SignInFailed(ApiError):
    """Wrong user name or password, or too many attempts: wait 15 minutes, then try again."""


class TooManyAttempts(ApiError):
    """Too many attempts from this address: wait a few minutes."""


class CsrfRefused(ApiError):
    """The form is too old or comes from another site: open the page again and send it once more."""


class MalformedRequest(ApiError):
    """The request is not well formed."""


class BodyTooLarge(ApiError):
    """The request is larger than allowed."""


class UnsupportedMedia(ApiError):
    """Send JSON with Content-Type: application/json."""


class NotMultipart(ApiError):
    """Send the file as multipart/form-data, in a part named `file`."""


class NoSuchPage(ApiError):
    """There is no such page."""


class MethodNotAllowed(ApiError):
    """That address does not take this method."""


class UnknownStaff(ApiError):
    """There is no such account."""


class LoginTaken(ApiError):
    """There already is an account with that login."""


class UnknownToken(ApiError):
    """There is no such token."""


class InternalFault(ApiError):
    """Something failed on our side; nothing was changed. Please try again."""


class DatabaseBusy(ApiError):
    """The database is busy or does not answer; nothing was changed. Please try again."""


class NotReady(ApiError):
    """The application cannot work yet: the database does not answer or has another schema."""
