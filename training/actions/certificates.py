from datetime import datetime

from accounts.models import Member
from core import audit, keys
from core.documents import Document
from training.documents import make_certificate
from training.models import Completion


def issue_certificate(completion: Completion, *, by: Member, at: datetime) -> Document:
    """The certificate of a proof: made once, then always the same bytes.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    if completion.document is not None:
        return completion.document
    # Committed before the transaction: keys come first.
    key_id = keys.create_key("certificate")
    with audit.acting("training.certificate_issued", by=by):
        locked = Completion.objects.select_for_update(of=("self",)).get(pk=completion.pk)
        if locked.document is not None:
            return locked.document
        on = by.site.local_day(at)
        locked.document = make_certificate(locked, key_id=key_id, on=on, at=at)
        locked.save(update_fields=["document"])
        audit.record("training.certificate_issued", locked, by=by)
    return locked.document
