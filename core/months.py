from datetime import date

from dateutil.relativedelta import relativedelta


def add_months(start: date, months: int) -> date:
    """Return the same day `months` later, or the month's last day when it is shorter.

    Always count from the first date: chained additions lose days (31 January, + 1, + 1
    is 28 March).
    """
    return start + relativedelta(months=months)
