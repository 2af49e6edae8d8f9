"""Who may open which address: one line a name. A new address without its line fails the walk."""

from accounts.enums import Permission


# Opens to anybody, without signing in.
PUBLIC = "PUBLIC"
# Asks for the password only: the pages of the second factor and of the choice of a role.
PASSWORD_GIVEN = "PASSWORD_GIVEN"
# Asks for both factors, whatever the role.
SIGNED_IN = "SIGNED_IN"
# Asks for the token of a program; no session opens it.
TOKEN = "TOKEN"

ACCESS: dict[str, Permission | str] = {
    "accounts:sign_in": PUBLIC,
    "accounts:second_factor": PASSWORD_GIVEN,
    "accounts:enrol_totp": PASSWORD_GIVEN,
    "accounts:backup_codes": PASSWORD_GIVEN,
    "accounts:choose": PASSWORD_GIVEN,
    "accounts:sign_out": PASSWORD_GIVEN,
    "accounts:session": PASSWORD_GIVEN,
    "accounts:me": SIGNED_IN,
    "accounts:new_backup_codes": SIGNED_IN,
    "accounts:password": SIGNED_IN,
    "core:verify": PUBLIC,
    "core:verify_code": PUBLIC,
    "core:draft": SIGNED_IN,
    # Public in demonstration, where there is nothing to hide; absent elsewhere.
    "core:caught_mail": PUBLIC,
    "record:home": SIGNED_IN,
    "record:patients": Permission.PATIENT_VIEW,
    "record:search": Permission.PATIENT_VIEW,
    "record:accessibility": PUBLIC,
    "record:legal": PUBLIC,
    "record:privacy": PUBLIC,
    "record:help": PUBLIC,
    "record:patient": Permission.PATIENT_VIEW,
    "training:mine": Permission.TRAINING_RECORD,
    "patients:include": Permission.PATIENT_INCLUDE,
    "patients:resume": Permission.PATIENT_INCLUDE,
    "patients:abandon": Permission.PATIENT_INCLUDE,
    "patients:step": Permission.PATIENT_INCLUDE,
    "patients:autosave": Permission.PATIENT_INCLUDE,
    "patients:inclusion": Permission.PATIENT_VIEW,
    "patients:certificate": Permission.CERTIFICATE_PRINT,
    "patients:issue_certificate": Permission.CERTIFICATE_PRINT,
    "patients:end": Permission.PATIENT_END,
    "patients:finish_weaning": Permission.PATIENT_END,
    "patients:withdraw_nir": Permission.PATIENT_END,
    "prescriptions:list": Permission.PRESCRIPTION_VIEW,
    "prescriptions:create": Permission.PRESCRIPTION_WRITE,
    "prescriptions:detail": Permission.PRESCRIPTION_VIEW,
    "prescriptions:edit": Permission.PRESCRIPTION_WRITE,
    "prescriptions:sign": Permission.PRESCRIPTION_WRITE,
    "prescriptions:mention": Permission.PRESCRIPTION_WRITE,
    "prescriptions:void": Permission.PRESCRIPTION_WRITE,
    "prescriptions:renew": Permission.PRESCRIPTION_WRITE,
    "prescriptions:adapt": Permission.PRESCRIPTION_WRITE,
    "prescriptions:replace": Permission.PRESCRIPTION_WRITE,
    "prescriptions:pdf": Permission.PRESCRIPTION_VIEW,
    "prescriptions:print": Permission.PRESCRIPTION_WRITE,
    "pharmacies:counter": Permission.DISPENSATION_WRITE,
    "pharmacies:prescription": Permission.DISPENSATION_WRITE,
    "pharmacies:receive": Permission.DISPENSATION_WRITE,
    "pharmacies:done": Permission.DISPENSATION_WRITE,
    "pharmacies:history": Permission.DISPENSATION_VIEW,
    "followup:list": Permission.PATIENT_VIEW,
    "followup:visit": Permission.VISIT_WRITE,
    "followup:unscheduled": Permission.VISIT_WRITE,
    "followup:not_done": Permission.VISIT_WRITE,
    "vigilance:of_patient": Permission.PATIENT_VIEW,
    "vigilance:report": Permission.ADVERSE_EVENT_WRITE,
    "vigilance:report_dispensed": Permission.ADVERSE_EVENT_WRITE,
    "vigilance:event": Permission.ADVERSE_EVENT_VIEW,
    "vigilance:declare": Permission.ADVERSE_EVENT_DECLARE,
    "vigilance:list": Permission.ADVERSE_EVENT_ASSESS,
    "evaluation:dashboard": Permission.EVALUATION_VIEW,
    "evaluation:chart_data": Permission.EVALUATION_VIEW,
    "evaluation:export": Permission.DATA_EXPORT,
    # A page that explains the API to people; what it describes asks for a token.
    "evaluation:api": Permission.STATISTICS_READ,
    "evaluation:api_schema": TOKEN,
    "evaluation:api_releases": TOKEN,
    "evaluation:api_inclusions": TOKEN,
    "retention:plan": Permission.RETENTION_VIEW,
}
