"""What the tests of pages share: addresses, and a form well filled."""

import re
from uuid import uuid4

from django.urls import reverse


def address(name, enrolment, prescription=None):
    args = [enrolment.public_id, *([prescription.public_id] if prescription else [])]
    return reverse(f"prescriptions:{name}", args=args)


def typed(product, today, **changes):
    fields = {
        "once": str(uuid4()),
        "lines": "1",
        "line-0-product": str(product.public_id),
        "line-0-instructions": "",
        "line-0-steps": "1",
        "line-0-step-0-dose": "0,5",
        "line-0-step-0-intakes": "2",
        "line-0-step-0-days": "28",
        "starts_on": f"{today:%d/%m/%Y}",
        "supply": "SINGLE",
        "fraction_days": "",
        "note": "",
    }
    return fields | changes


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode()).group(1)
