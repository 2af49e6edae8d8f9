"""Several people, or one in two tabs, at the same instant: real threads, real transactions."""

import datetime

import pytest

from accounts.directories import actions as imports
from accounts.directories.actions import CannotImport
from accounts.directories.enums import ImportKind
from accounts.enums import Profession, Role
from accounts.models import ImportedFile
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.accounts.imports import NOON, TODAY, sent
from tests.together import together
from tests.training.factories import RIGHT, WRONG, AssessmentFactory, CourseFactory
from training import actions
from training.actions import CannotComplete
from training.enums import ProofKind
from training.models import Attempt, Completion


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_a_file_confirmed_by_two_managers_is_imported_once():
    course = CourseFactory()
    doctor = MemberFactory(user__last_name="Durand")
    managers = [MemberFactory(role=Role.MANAGER, programme=course.programme) for _ in range(2)]
    text = (
        "rpps;nom;programme;terminee_le;numero\n"
        f"{doctor.user.rpps};Durand;{course.programme.code};01/04/2021;A1\n"
    )
    file = imports.stage(sent(ImportKind.COMPLETIONS, text), by=managers[0], at=NOON)
    seen = imports.preview(file, by=managers[0], today=TODAY, at=NOON).digest

    results = together(
        [
            lambda by=by: imports.confirm(file, seen=seen, by=by, at=NOON, today=TODAY)
            for by in managers
        ]
    )

    assert sorted(type(one).__name__ for one in results) == ["CannotImport", "ImportedFile"]
    assert isinstance(next(one for one in results if isinstance(one, Exception)), CannotImport)
    assert Completion.objects.count() == 1
    assert ImportedFile.objects.get().confirmed_by in managers


def test_two_attempts_of_one_person_are_numbered_apart():
    test, by = AssessmentFactory(), MemberFactory()

    together(
        [
            lambda answers=answers, key=key: actions.submit(test, answers, by=by, at=NOON, key=key)
            for key, answers in (("1", WRONG), ("2", RIGHT))
        ]
    )

    assert sorted(Attempt.objects.values_list("number", flat=True)) == [1, 2]
    assert Completion.objects.count() == 1


def test_two_pharmacists_of_an_officine_do_not_slip_through():
    course = CourseFactory(
        profession=Profession.PHARMACIST,
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        statement="Je l’atteste.",
        people_a_pharmacy=1,
    )
    officine = SiteFactory(pharmacy=True)
    both = [MemberFactory(role=Role.PHARMACIST, site=officine) for _ in range(2)]

    results = together([lambda by=by: actions.attest(course, by=by, at=NOON) for by in both])

    assert [isinstance(one, CannotComplete) for one in results].count(True) == 1
    assert Completion.objects.count() == 1
