"""Where each page is, in the scene: one line a name of `tests.access_table`."""

from collections.abc import Callable

from patients.models import Designation
from tests.walk import management, registers
from tests.walk.courses import attempt_of, course_of, imports_of
from tests.walk.places import Place, at, of, of_patient, plain
from tests.walk.scene import Scene


# Every page that answers a GET with HTML, for each role that may open it.
PAGES: dict[str, Place] = management.PAGES | registers.PAGES | {
    "accounts:sign_in": plain("accounts:sign_in"),
    "accounts:choose": plain("accounts:choose"),
    "accounts:back": plain("accounts:back"),
    "accounts:forgotten": plain("accounts:forgotten"),
    "accounts:link_sent": plain("accounts:link_sent"),
    "accounts:signed_out": plain("accounts:signed_out"),
    "accounts:me": plain("accounts:me"),
    "accounts:sessions": plain("accounts:sessions"),
    "accounts:add_passkey": plain("accounts:add_passkey"),
    "accounts:reset_factors": lambda scene, _: [at("accounts:reset_factors", scene.doctor)],
    "accounts:password": plain("accounts:password"),
    "rights:sites": plain("rights:sites"),
    "rights:team": lambda scene, _: [at("rights:team", scene.doctor.site)],
    "rights:add": lambda scene, _: [at("rights:add", scene.doctor.site)],
    "rights:closures": lambda scene, _: [at("rights:closures", scene.doctor.site)],
    "rights:member": lambda scene, _: [at("rights:member", scene.nurse)],
    "rights:review": lambda scene, _: [at("rights:review", scene.doctor.site)],
    "rights:reviewed": lambda scene, _: [at("rights:reviewed", scene.reviewed)],
    "rights:substitutions": plain("rights:substitutions"),
    "rights:tokens": plain("rights:tokens"),
    "patients:glass": plain("patients:glass"),
    "patients:glass_log": plain("patients:glass_log"),
    "record:to_sign": plain("record:to_sign"),
    "record:letters": plain("record:letters"),
    "core:verify": plain("core:verify"),
    "core:verify_code": lambda scene, _: [at("core:verify_code", scene.code)],
    "core:caught_mail": plain("core:caught_mail"),
    "record:accessibility": plain("record:accessibility"),
    "record:legal": plain("record:legal"),
    "record:privacy": plain("record:privacy"),
    "record:help": plain("record:help"),
    "record:guide": lambda *_: [at("record:guide", one) for one in ("gestion", "lecture")],
    "record:patients": plain("record:patients"),
    "record:patient": of_patient("record:patient"),
    "record:lost": of_patient("record:lost"),
    "record:reminders": of_patient("record:reminders"),
    "record:preferences": plain("record:preferences"),
    "record:history": lambda scene, _: [
        at("record:history", scene.enrolment),
        f"{at('record:history', scene.enrolment)}?fait={scene.held.public_id}",
    ],
    "record:accesses": of_patient("record:accesses"),
    "record:journal": plain("record:journal"),
    "record:account_journal": lambda scene, _: [
        at("record:account_journal", scene.doctor.user.public_id)
    ],
    "record:integrity": plain("record:integrity"),
    "record:reviews": plain("record:reviews"),
    "record:review": lambda *_: [
        at("record:review", "late-entries"), at("record:review", "night-activity")
    ],
    "training:mine": plain("training:mine"),
    "training:course": lambda _, member: [at("training:course", course_of(member))],
    "training:chapter": lambda _, member: [
        at("training:chapter", course_of(member), "cadre")
    ],
    "training:test": lambda _, member: [at("training:test", course_of(member))],
    "training:attempt": lambda _, member: [at("training:attempt", attempt_of(member))],
    "training:places": lambda *_: [
        at("training:places"), f"{at('training:places')}?departement=75"
    ],
    "programmes:listings": plain("programmes:listings"),
    "programmes:structure": lambda scene, _: [
        at("programmes:structure", scene.doctor.site)
    ],
    "programmes:delist": lambda scene, _: [
        at("programmes:delist", scene.doctor.site.listings.order_by("pk")[0])
    ],
    "accounts:imports": plain("accounts:imports"),
    "accounts:import": lambda _, member: [
        at("accounts:import", one) for one in imports_of(member)
    ],
    "patients:include": plain("patients:include"),
    "patients:takeovers": plain("patients:takeovers"),
    "patients:takeover": lambda scene, _: [
        at("patients:takeover", management.takeover_of(scene))
    ],
    "patients:step": lambda scene, _: [
        at("patients:step", scene.inclusion, step)
        for step in ("information", "eligibilite", "identite", "relais", "confirmation")
    ],
    "patients:inclusion": lambda scene, _: [
        at("patients:inclusion", scene.enrolment),
        at("patients:inclusion", scene.ended),
    ],
    "patients:end": of_patient("patients:end"),
    "patients:reopen": lambda scene, _: [at("patients:reopen", scene.ended)],
    "patients:replace_certificate": of_patient("patients:replace_certificate"),
    "patients:consents_todo": plain("patients:consents_todo"),
    "patients:consent_paper": of_patient("patients:consent_paper"),
    "patients:consent_give": lambda scene, _: [
        at("patients:consent_give", scene.enrolment, kind)
        for kind in ("participation", "nir", "recherche")
    ],
    "patients:consent_withdraw": lambda scene, _: [
        at("patients:consent_withdraw", scene.enrolment, "participation")
    ],
    "patients:inform": of_patient("patients:inform"),
    "patients:designations": of_patient("patients:designations"),
    "patients:designation": lambda _, member: [
        at("patients:designation", one)
        for one in Designation.objects.made_to(member).order_by("pk")[:1]
    ],
    "patients:notes": of_patient("patients:notes"),
    "patients:join": plain("patients:join"),
    "record:travel": of("record:travel", "running"),
    "prescriptions:list": of_patient("prescriptions:list"),
    "prescriptions:create": of_patient("prescriptions:create"),
    "prescriptions:detail": of("prescriptions:detail", "running", "typing", "voided"),
    "prescriptions:edit": lambda scene, member: [
        at("prescriptions:edit", scene.enrolment, scene.draft_of(member))
    ],
    "prescriptions:void": lambda scene, member: [
        at("prescriptions:void", scene.enrolment, scene.draft_of(member))
    ],
    "pharmacies:counter": plain("pharmacies:counter"),
    "pharmacies:certificate": plain("pharmacies:certificate"),
    "pharmacies:transcribe": lambda scene, _: [at("pharmacies:transcribe", scene.enrolment)],
    "pharmacies:prescription": lambda scene, _: [at("pharmacies:prescription", scene.waiting)],
    "pharmacies:done": lambda scene, _: [at("pharmacies:done", scene.dispensation)],
    "pharmacies:history": plain("pharmacies:history"),
    "followup:list": of_patient("followup:list"),
    "followup:visit": lambda scene, _: [
        at("followup:visit", scene.due), at("followup:visit", scene.held)
    ],
    "followup:correct": lambda scene, _: [at("followup:correct", scene.held)],
    "record:closing": lambda scene, _: [at("record:closing", scene.held)],
    "followup:unscheduled": of_patient("followup:unscheduled"),
    "vigilance:of_patient": of_patient("vigilance:of_patient"),
    "vigilance:report": of_patient("vigilance:report"),
    "vigilance:report_dispensed": lambda scene, _: [
        at("vigilance:report_dispensed", scene.dispensation)
    ],
    "vigilance:event": lambda scene, member: [at("vigilance:event", scene.event_for(member))],
    "vigilance:list": plain("vigilance:list"),
    "retention:plan": plain("retention:plan"),
    "evaluation:dashboard": plain("evaluation:dashboard"),
    "evaluation:published": plain("evaluation:published"),
    "evaluation:export": plain("evaluation:export"),
    "evaluation:dictionary": plain("evaluation:dictionary"),
    "evaluation:api": plain("evaluation:api"),
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
            "evaluation:api_schema", "evaluation:api_releases", "evaluation:dictionary_file",
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
    **dict.fromkeys(
        ["rights:revoke", "rights:reopen_days"], lambda scene: [scene.nurse.public_id]
    ),
    "patients:acknowledge_glass": lambda scene: [scene.glass.public_id],
    "patients:give_up_invitation": lambda scene: [scene.enrolment.public_id, "DOCTOR"],
    "patients:consent_proof": lambda scene: [scene.enrolment.public_id] * 2,
    **dict.fromkeys(
        [
            "patients:screening_csv", "core:verify_bearer", "patients:takeover_template",
            "patients:takeover_notice",
        ],
        lambda _: [],
    ),
    **dict.fromkeys(
        [
            "patients:confirm_takeover", "patients:abandon_takeover",
            "patients:takeover_problems",
        ],
        lambda scene: [management.takeover_of(scene).public_id],
    ),
    "patients:alike": lambda scene: [scene.inclusion],
    "patients:reveal_nir": lambda scene: [scene.enrolment.public_id],
    **dict.fromkeys(
        [
            "followup:publish_definition", "followup:discard_definition",
            "followup:draft_questions", "followup:publish_questions", "followup:discard_questions",
        ],
        lambda scene: [scene.glass.public_id],
    ),
    **dict.fromkeys(
        ["followup:move_question", "followup:withdraw_question"],
        lambda scene: [scene.glass.public_id, "pain"],
    ),
    "patients:decide_opening": lambda scene: [scene.world.programme.public_id, "publier"],
    **dict.fromkeys(
        [
            "patients:ask_merge", "pharmacies:answer", "pharmacies:acknowledge",
            "pharmacies:month_pdf", "pharmacies:read_word",
        ],
        lambda scene: [scene.glass.public_id],
    ),
    "patients:decide_merge": lambda scene: [scene.glass.public_id, "approuver"],
    "patients:answer_transfer": lambda scene: [scene.glass.public_id, "accepter"],
    "prescriptions:plan_paper": lambda scene: [
        scene.enrolment.public_id, management.a_plan(scene, scene.doctor).public_id
    ],
    "prescriptions:give_up_plan": lambda scene: [scene.enrolment.public_id, scene.glass.public_id],
    "prescriptions:adapt": lambda scene: [scene.enrolment.public_id, scene.running.public_id],
    "pharmacies:announce": lambda scene: [scene.running.public_id],
    "pharmacies:statement_file": lambda _: ["2026-05", "csv"],
    "pharmacies:copy": lambda _: ["REGISTER", "csv"],
    "core:published_key": lambda _: [],
    "core:draft": lambda _: ["visit_new:1"],
    "core:discard_draft": lambda _: ["visit_new:1"],
    "pharmacies:receive": lambda scene: [scene.waiting.public_id],
    "record:relief": lambda scene: [scene.waiting.public_id],
    "record:open_feed": lambda _: [],
    "record:revoke_feed": lambda _: [],
    "record:feed": lambda _: ["nothing"],
    "record:found": lambda scene: [scene.enrolment.public_id],
    "record:save_filter": lambda _: [],
    "record:remove_filter": lambda scene: [scene.nurse.public_id],
    **dict.fromkeys(
        ["record:dismiss", "record:write_letter"], lambda scene: [scene.held.public_id]
    ),
    "record:visit_copy": lambda scene: [scene.held.public_id, "texte"],
    **dict.fromkeys(
        ["record:letter", "record:open_letter"], lambda scene: [scene.glass.public_id]
    ),
    "pharmacies:scan": lambda scene: [scene.waiting.public_id],
    "pharmacies:void_paper": lambda scene: [scene.waiting.public_id],
    "pharmacies:reopen_paper": lambda scene: [
        scene.enrolment.public_id, scene.waiting.public_id
    ],
    **dict.fromkeys(
        ["followup:not_done", "followup:invite_patient", "followup:revoke_patient"],
        lambda scene: [scene.due.public_id],
    ),
    # Without a link, what a link that is over shows; with one: tests/followup/test_before.py.
    "followup:patient_link": lambda _: ["unknown"],
    "followup:patient_answers": lambda _: [],
    "followup:patient_typed": lambda _: [],
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
NOT_FOR: dict[str, set[str]] = {
    **management.NOT_FOR,
    # A doctor reports on the page of the patient.
    "vigilance:report": {"PHARMACIST"},
    "vigilance:report_dispensed": {"REFERENCE_DOCTOR", "RELAY_DOCTOR"},
    # The visit of the scene is complex.
    "followup:correct": {"RELAY_DOCTOR"},
    "record:closing": {"RELAY_DOCTOR"},
    "pharmacies:history": {"REFERENCE_DOCTOR", "RELAY_DOCTOR"},
}
