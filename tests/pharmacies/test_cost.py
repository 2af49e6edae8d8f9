"""What an act at the counter costs: queries, counted."""

from tests.pharmacies.factories import at_the_counter
from tests.pharmacies.test_views import page_of, typed, written


def test_the_sheet_is_read_once_unless_it_changed(client, sign_in, django_assert_num_queries):
    prescription = written(days_ago=1)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)))

    # session, user, device, member; what was typed, transaction of the page 2;
    # prescription, 7 of the sheet, 2 of rights;
    # transaction 2, history 2, key 2, locks 3, unchanged 2; presentation, dispensation, item,
    # stamp, line of the register, end of the supply 2, two lines of the journal
    with django_assert_num_queries(37):
        client.post(page_of(prescription), data)


def test_the_page_reads_as_much_once_something_was_handed_over(
    client, sign_in, django_assert_num_queries
):
    prescription = written(days_ago=1)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)), days__1="10", packs__1__0="1")
    client.post(page_of(prescription), data)

    # session, user, device, member; what was typed; prescription, 8 of the sheet with the items,
    # 2 of rights; batch of the day, line of the journal
    with django_assert_num_queries(18):
        client.get(page_of(prescription))
