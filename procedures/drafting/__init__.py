"""Definition drafts from records of the national portal: what is plain is taken over, the rest is listed."""

from procedures.drafting.drafts import draft as draft
from procedures.drafting.report import Draft as Draft
from procedures.drafting.report import DraftReport as DraftReport
