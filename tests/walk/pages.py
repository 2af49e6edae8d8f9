"""Where each page is, in the scene: one line a name of `tests.access_table`."""

from collections.abc import Callable

from django.urls import reverse

from accounts.models import Member
from patients.models import Designation
from tests.walk.courses import attempt_of, course_of, imports_of
from tests.walk.scene import Scene


# The addresses of a page, for the member who opens it.
Place = Callable[[Scene, Member], list[str]]


def _at(name: str, *args: object) -> str:
    return reverse(name, args=[getattr(arg, "public_id", arg) for arg in args])


def _plain(name: str) -> Place:
    return lambda *_: [_at(name)]


def _of_patient(name: str) -> Place:
    return lambda scene, _: [_at(name, scene.enrolment)]


def _of(name: str, *prescriptions: str) -> Place:
    """One page of prescriptions, in several states."""
    return lambda scene, _: [
        _at(name, scene.enrolment, getattr(scene, one)) for one in prescriptions
    ]


# Every page that answers a GET with HTML, for each role that may open it.
PAGES: dict[str, Place] = {
    "accounts:sign_in": _plain("accounts:sign_in"),
    "accounts:choose": _plain("accounts:choose"),
    "accounts:forgotten": _plain("accounts:forgotten"),
    "accounts:link_sent": _plain("accounts:link_sent"),
    "accounts:signed_out": _plain("accounts:signed_out"),
    "accounts:me": _plain("accounts:me"),
    "accounts:sessions": _plain("accounts:sessions"),
    "accounts:add_passkey": _plain("accounts:add_passkey"),
    "accounts:reset_factors": lambda scene, _: [_at("accounts:reset_factors", scene.doctor)],
    "accounts:password": _plain("accounts:password"),
    "rights:sites": _plain("rights:sites"),
    "rights:team": lambda scene, _: [_at("rights:team", scene.doctor.site)],
    "rights:add": lambda scene, _: [_at("rights:add", scene.doctor.site)],
    "rights:member": lambda scene, _: [_at("rights:member", scene.nurse)],
    "rights:review": lambda scene, _: [_at("rights:review", scene.doctor.site)],
    "rights:reviewed": lambda scene, _: [_at("rights:reviewed", scene.reviewed)],
    "rights:substitutions": _plain("rights:substitutions"),
    "rights:tokens": _plain("rights:tokens"),
    "patients:glass": _plain("patients:glass"),
    "patients:glass_log": _plain("patients:glass_log"),
    "record:to_sign": _plain("record:to_sign"),
    "core:verify": _plain("core:verify"),
    "core:verify_code": lambda scene, _: [_at("core:verify_code", scene.code)],
    "core:caught_mail": _plain("core:caught_mail"),
    "record:accessibility": _plain("record:accessibility"),
    "record:legal": _plain("record:legal"),
    "record:privacy": _plain("record:privacy"),
    "record:help": _plain("record:help"),
    "record:patients": _plain("record:patients"),
    "record:patient": _of_patient("record:patient"),
    "record:history": lambda scene, _: [
        _at("record:history", scene.enrolment),
        f"{_at('record:history', scene.enrolment)}?fait={scene.held.public_id}",
    ],
    "record:accesses": _of_patient("record:accesses"),
    "record:journal": _plain("record:journal"),
    "record:account_journal": lambda scene, _: [
        _at("record:account_journal", scene.doctor.user.public_id)
    ],
    "record:integrity": _plain("record:integrity"),
    "record:reviews": _plain("record:reviews"),
    "record:review": lambda *_: [
        _at("record:review", "late-entries"), _at("record:review", "night-activity")
    ],
    "training:mine": _plain("training:mine"),
    "training:course": lambda _, member: [_at("training:course", course_of(member))],
    "training:chapter": lambda _, member: [
        _at("training:chapter", course_of(member), "cadre")
    ],
    "training:test": lambda _, member: [_at("training:test", course_of(member))],
    "training:attempt": lambda _, member: [_at("training:attempt", attempt_of(member))],
    "training:places": lambda *_: [
        _at("training:places"), f"{_at('training:places')}?departement=75"
    ],
    "programmes:listings": _plain("programmes:listings"),
    "programmes:structure": lambda scene, _: [
        _at("programmes:structure", scene.doctor.site)
    ],
    "programmes:delist": lambda scene, _: [
        _at("programmes:delist", scene.doctor.site.listings.order_by("pk")[0])
    ],
    "accounts:imports": _plain("accounts:imports"),
    "accounts:import": lambda _, member: [
        _at("accounts:import", one) for one in imports_of(member)
    ],
    "patients:include": _plain("patients:include"),
    "patients:step": lambda scene, _: [
        _at("patients:step", scene.inclusion, step)
        for step in ("information", "eligibilite", "identite", "relais", "confirmation")
    ],
    "patients:inclusion": lambda scene, _: [
        _at("patients:inclusion", scene.enrolment),
        _at("patients:inclusion", scene.ended),
    ],
    "patients:end": _of_patient("patients:end"),
    "patients:reopen": lambda scene, _: [_at("patients:reopen", scene.ended)],
    "patients:replace_certificate": _of_patient("patients:replace_certificate"),
    "patients:consents_todo": _plain("patients:consents_todo"),
    "patients:consent_paper": _of_patient("patients:consent_paper"),
    "patients:consent_give": lambda scene, _: [
        _at("patients:consent_give", scene.enrolment, kind)
        for kind in ("participation", "nir", "recherche")
    ],
    "patients:consent_withdraw": lambda scene, _: [
        _at("patients:consent_withdraw", scene.enrolment, "participation")
    ],
    "patients:inform": _of_patient("patients:inform"),
    "patients:designations": _of_patient("patients:designations"),
    "patients:designation": lambda _, member: [
        _at("patients:designation", one)
        for one in Designation.objects.made_to(member).order_by("pk")[:1]
    ],
    "patients:notes": _of_patient("patients:notes"),
    "patients:join": _plain("patients:join"),
    "record:travel": _of("record:travel", "running"),
    "prescriptions:list": _of_patient("prescriptions:list"),
    "prescriptions:create": _of_patient("prescriptions:create"),
    "prescriptions:detail": _of("prescriptions:detail", "running", "typing", "voided"),
    "prescriptions:edit": lambda scene, member: [
        _at("prescriptions:edit", scene.enrolment, scene.draft_of(member))
    ],
    "prescriptions:void": lambda scene, member: [
        _at("prescriptions:void", scene.enrolment, scene.draft_of(member))
    ],
    "pharmacies:counter": _plain("pharmacies:counter"),
    "pharmacies:prescription": lambda scene, _: [_at("pharmacies:prescription", scene.waiting)],
    "pharmacies:done": lambda scene, _: [_at("pharmacies:done", scene.dispensation)],
    "pharmacies:history": _plain("pharmacies:history"),
    "followup:list": _of_patient("followup:list"),
    "followup:visit": lambda scene, _: [
        _at("followup:visit", scene.due), _at("followup:visit", scene.held)
    ],
    "followup:correct": lambda scene, _: [_at("followup:correct", scene.held)],
    "followup:unscheduled": _of_patient("followup:unscheduled"),
    "vigilance:of_patient": _of_patient("vigilance:of_patient"),
    "vigilance:report": _of_patient("vigilance:report"),
    "vigilance:report_dispensed": lambda scene, _: [
        _at("vigilance:report_dispensed", scene.dispensation)
    ],
    "vigilance:event": lambda scene, member: [_at("vigilance:event", scene.event_for(member))],
    "vigilance:list": _plain("vigilance:list"),
    "retention:plan": _plain("retention:plan"),
    "evaluation:dashboard": _plain("evaluation:dashboard"),
    "evaluation:published": _plain("evaluation:published"),
    "evaluation:export": _plain("evaluation:export"),
    "evaluation:api": _plain("evaluation:api"),
}  # fmt: skip

# No page: the address only takes a form, sends a file, leads elsewhere, or speaks to programs.
NO_PAGE: dict[str, Callable[[Scene], list[object]]] = {
    **dict.fromkeys(
        [
            "training:places_csv",
            "accounts:sign_out", "accounts:session", "accounts:new_backup_codes", "record:home",
            "accounts:psc_start", "accounts:psc_return", "accounts:psc_again",
            "accounts:psc_logout", "accounts:situation", "accounts:passkey_begin",
            "accounts:passkey_sign_in",
            "accounts:passkey_prove", "accounts:passkey_register", "accounts:passkey_registered",
            "accounts:close_other_sessions",
            "record:search", "rights:reopen", "record:find_in_journal", "record:journal_csv",
            "evaluation:api_schema", "evaluation:api_releases",
        ],
        lambda _: [],
    ),
    **dict.fromkeys(
        [
            "patients:certificate", "patients:issue_certificate", "patients:finish_weaning",
            "record:history_csv", "record:accesses_pdf", "record:booklet", "patients:invite",
            "patients:choose_channel",
        ],
        lambda scene: [scene.enrolment.public_id],
    ),
    "training:attest": lambda scene: [course_of(scene.doctor).public_id],
    **dict.fromkeys(
        ["training:certificate", "training:issue_certificate"],
        lambda scene: [scene.doctor.user.completions.order_by("pk")[0].public_id],
    ),
    **dict.fromkeys(
        ["accounts:confirm_import", "accounts:abandon_import", "accounts:import_problems"],
        lambda scene: [imports_of(scene.world.member("isabelle.renard"))[0].public_id],
    ),
    **dict.fromkeys(
        [
            "prescriptions:sign", "prescriptions:mention", "prescriptions:renew",
            "prescriptions:replace", "prescriptions:pdf", "prescriptions:print",
        ],
        lambda scene: [scene.enrolment.public_id, scene.running.public_id],
    ),
    "accounts:invite_again": lambda scene: [scene.doctor.public_id],
    "accounts:close_session": lambda scene: [scene.doctor.public_id],
    "patients:resume": lambda scene: [scene.inclusion],
    "patients:abandon": lambda scene: [scene.inclusion],
    "patients:autosave": lambda scene: [scene.inclusion, "information"],
    **dict.fromkeys(
        ["rights:end", "rights:referent", "rights:reopen_member", "rights:stop"],
        lambda scene: [scene.nurse.public_id],
    ),
    "rights:revoke": lambda scene: [scene.nurse.public_id],
    "patients:acknowledge_glass": lambda scene: [scene.glass.public_id],
    "patients:give_up_invitation": lambda scene: [scene.enrolment.public_id, "DOCTOR"],
    "patients:consent_proof": lambda scene: [scene.enrolment.public_id] * 2,
    "core:verify_bearer": lambda _: [],
    "core:published_key": lambda _: [],
    "core:draft": lambda _: ["visit_new:1"],
    "pharmacies:receive": lambda scene: [scene.waiting.public_id],
    "followup:not_done": lambda scene: [scene.due.public_id],
    "vigilance:declare": lambda scene: [scene.event.public_id],
    "evaluation:chart_data": lambda _: ["inclusions"],
    "evaluation:api_inclusions": lambda scene: [scene.world.programme.code],
}  # fmt: skip

# Open during the sign-in alone: walked by `test_axe.test_the_pages_of_sign_in`,
# and, from a mail or with a passkey, by the browser tests of `tests/accounts`.
DURING_SIGN_IN = {
    "accounts:second_factor", "accounts:enrol_totp", "accounts:backup_codes", "accounts:link",
    "accounts:opened_link", "accounts:remove_passkey",
}  # fmt: skip

# Roles that one page means nothing to, though their permission opens others of its kind.
NOT_FOR = {
    # A doctor reports on the page of the patient.
    "vigilance:report": {"PHARMACIST"},
    "vigilance:report_dispensed": {"REFERENCE_DOCTOR", "RELAY_DOCTOR"},
    # The visit of the scene is complex.
    "followup:correct": {"RELAY_DOCTOR"},
    "pharmacies:history": {"REFERENCE_DOCTOR", "RELAY_DOCTOR"},
}
