"""What can go wrong with a dossier. The docstring of each class is its default message; facts are attributes."""

from __future__ import annotations

from procedures.facts import ErrorWithFacts


class DossierError(ErrorWithFacts):
    """Something about a dossier is wrong."""


class UnknownDossier(DossierError):
    """There is no such dossier."""


class UnknownAction(DossierError):
    """There is no such action."""


class MalformedCommand(DossierError):
    """The command does not have the shape that the action needs."""


class StaleRevision(DossierError):
    """Somebody else has changed the dossier meanwhile: look at it again before you act."""


class NotPermittedNow(DossierError):
    """The dossier's state does not allow this action now."""


class NoAuthority(DossierError):
    """You hold no role that may do this here."""


class HeldBySomeoneElse(DossierError):
    """The step is assigned to somebody else."""


class UnknownAssignee(DossierError):
    """That person has no active account here, or not the role that the step needs."""


class UnknownActor(DossierError):
    """There is no active account with that login."""


class SignerIsCaseOfficer(DossierError):
    """Who appraised the dossier may not sign it."""


class StepNotOpen(DossierError):
    """That step is not open."""


class UnknownOutcome(DossierError):
    """The step has no such outcome."""


class TooEarly(DossierError):
    """The time of this waiting step is not over yet."""


class PaymentMissing(DossierError):
    """No payment and no exemption has been recorded."""


class OwnActionNeeded(DossierError):
    """That step is finished by an action of its own, not by a bare outcome."""


class NotAnEarlierStep(DossierError):
    """The dossier can only go back to a step that it has passed."""


class MissingDocuments(DossierError):
    """Required documents are missing: ask for a supplement, or tick them."""


class UnknownStoredDocument(DossierError):
    """The dossier has no such document in the store."""


class UnknownDocument(DossierError):
    """The procedure requires no such document."""


class UnknownPauseReason(DossierError):
    """The procedure has no such ground for pausing the clock."""


class AlreadyPaused(DossierError):
    """The clock already stands still on that ground."""


class NotPaused(DossierError):
    """The clock does not stand still on that ground."""


class PauseStillOpen(DossierError):
    """The clock still stands still: resume before the result is issued."""


class ConsultationStillOpen(DossierError):
    """A consulted body has not answered yet."""


class SupplementNotAllowed(DossierError):
    """The procedure allows no supplement request after acceptance."""


class SupplementLimitReached(DossierError):
    """The supplement was requested as often as is allowed: one more counts late in the 766 index and needs a reason."""


class ExtensionNotAllowed(DossierError):
    """The procedure allows no extension."""


class ExtensionLimitReached(DossierError):
    """The dossier was already extended as often as the procedure allows."""


class ExtensionTooLong(DossierError):
    """The extension is longer than the procedure allows."""


class ExtensionNotLater(DossierError):
    """The new appointment is not later than the one before."""


class UnknownConsultation(DossierError):
    """There is no such open consultation."""


class UnknownFee(DossierError):
    """The procedure has no such fee."""


class UnknownResult(DossierError):
    """The procedure gives no such result."""


class BackdatingNeedsReason(DossierError):
    """An action dated back needs a reason."""


class BeforePreviousEvent(DossierError):
    """An action cannot be dated before what happened last."""


class InTheFuture(DossierError):
    """An action cannot be dated in the future."""


class NothingToCorrect(DossierError):
    """The dossier has no such event, or it says nothing that this correction could change."""


class KeyReusedForAnotherCommand(DossierError):
    """The idempotency key was already used for another command."""


class WrongBody(DossierError):
    """The dossier belongs to another body: forward it there."""


class CalendarNotKept(DossierError):
    """The dossier is bound to a calendar that is neither installed nor kept."""


class CalendarRefused(DossierError):
    """The calendar decision that was sent cannot be read or breaks a rule."""


class CalendarAlreadyApplied(DossierError):
    """The dossier already counts by the newest calendar."""


class CalendarChangedMeanwhile(DossierError):
    """The newest calendar is not the one that the dry run showed: look at its effect again."""


class VersionNotLater(DossierError):
    """A dossier can only move to a later version of its procedure."""


class NoTransitionRule(DossierError):
    """That version has no transition rule, so dossiers accepted before it stay on theirs."""


class VersionDoesNotFit(DossierError):
    """The dossier cannot go on under that version: it lacks something that the dossier needs."""


class BrokenKey(DossierError):
    """The secret key file is damaged: put the right one back from where you keep it."""


class BrokenLedger(DossierError):
    """The ledger does not verify."""


class DatabaseTooNew(DossierError):
    """The database was made by a newer version of the software."""


class DatabaseTooOld(DossierError):
    """The database was made by an older version of the software: bring it up to date first."""


class BrokenLadder(DossierError):
    """The file with the warning ladder cannot be read."""


class BackupExists(DossierError):
    """A file of that name is already there; a backup never overwrites: choose another name."""


class KeyMissing(DossierError):
    """The database holds data sealed with a key, and its key file is not there: put it back before you start."""


class KeyIsAnother(DossierError):
    """The key file is not the one with which this database was sealed: put the right one back."""


class NotABackup(DossierError):
    """That file is no backup, or it is damaged."""


class TablesUnknown(DossierError):
    """The database has tables that this program does not know: nothing was written."""


class TargetNotEmpty(DossierError):
    """The database to restore into is not empty."""
