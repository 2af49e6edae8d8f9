"""Follow-up data under pseudonym, written by the database itself: COPY streams it (ADR 0070).

No identity, free text, key, département nor birth year leaves. The pseudonym of a patient is the
same in every file of one programme and tells nothing outside it.
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from accounts.geography import DEPARTEMENTS
from evaluation.columns import Column, amount, plain, safe_text
from evaluation.enums import DataSet, Layout, Purpose
from programmes.models import Programme, QuestionnaireVersion


# Bytes sent at a time.
CHUNK = 64 * 1024
# A national file over a slow line takes longer than a page may.
TIMEOUT = "30min"
BOM = "\ufeff".encode()

_AGE = """CASE WHEN a.age < 18 THEN 'moins de 18' WHEN a.age < 30 THEN '18-29'
 WHEN a.age < 40 THEN '30-39' WHEN a.age < 50 THEN '40-49' WHEN a.age < 60 THEN '50-59'
 WHEN a.age < 70 THEN '60-69' WHEN a.age < 80 THEN '70-79' ELSE '80 et plus' END"""

# The patient, in every file. `pseudo` is made once a row.
_WHO = """
FROM patients_enrolment e
CROSS JOIN LATERAL (SELECT left(encode(sha256(convert_to(%(salt)s || e.public_id::text, 'UTF8')),
 'hex'), 20) AS pseudo) who
JOIN patients_patient pt ON pt.id = e.patient_id
CROSS JOIN LATERAL (SELECT date_part('year', e.included_on)::int - pt.birth_year AS age) a
JOIN accounts_site s ON s.id = e.site_id
JOIN unnest(%(codes)s::text[], %(regions)s::text[]) AS place (code, region)
 ON place.code = s.departement
JOIN programmes_indication i ON i.id = e.indication_id
LEFT JOIN programmes_indicationsubtype t ON t.id = e.subtype_id
"""
_OF_PROGRAMME = " WHERE e.programme_id = %(programme)s AND e.state <> 'CANCELLED'"
# Told of other research, and not opposed to it: an opposition counts from the moment it is made.
_MAY_BE_REUSED = """
 AND EXISTS (SELECT 1 FROM patients_consent c WHERE c.enrolment_id = e.id AND c.kind = 'RESEARCH'
 AND c.is_given AND c.withdrawn_on IS NULL AND c.replaced_on IS NULL)
"""
_ORDER = " ORDER BY e.id"

_PATIENT = (
    plain("pseudonyme", "who.pseudo"),
    plain("sexe", "pt.sex"),
    plain("tranche_age", _AGE),
    plain("indication", "i.code"),
    plain("sous_categorie", "t.code"),
    plain("region", "place.region"),
)

_PARTICIPATIONS = (
    *_PATIENT,
    plain("inclus_le", "e.included_on"),
    plain("premiere_prescription_le", "e.first_treated_on"),
    plain("etat", "e.state"),
    plain("sorti_le", "e.ended_on"),
    plain("motif_sortie", "e.end_reason"),
    plain("medecin_relais", "CASE WHEN e.relay_doctor_id IS NULL THEN 'non' ELSE 'oui' END"),
    plain("pharmacie_designee", "CASE WHEN e.pharmacy_id IS NULL THEN 'non' ELSE 'oui' END"),
)

_VISITS = (
    *_PATIENT,
    plain("consultation", "v.code"),
    plain("nature", "v.kind"),
    plain("prevue_le", "v.due_on"),
    plain("etat", "v.status"),
    plain("moment", "v.timing"),
    plain("realisee_le", "v.held_on"),
    plain("mode", "v.mode"),
    plain("decision", "v.decision"),
    plain("motif_arret", "v.stop_reason"),
    plain("motif_non_realisation", "v.not_done_reason"),
)
_FROM_VISITS = """
JOIN followup_visit v ON v.enrolment_id = e.id
"""
# One join a questionnaire: its versions are known, and each answer is read from a small document.
_FROM_ANSWERS = "LEFT JOIN followup_answers {0} ON {0}.visit_id = v.id AND {0}.version_id IN ({1})"

_TREATMENTS = (
    *_PATIENT,
    plain("ordonnance", "e.id || '-' || p.rank"),
    plain("datee_du", "p.signed_on"),
    plain("debut", "p.starts_on"),
    plain("fin", "p.ends_on"),
    plain("etat", "p.status"),
    plain("premiere_prescription", "CASE WHEN p.is_initiation THEN 'oui' ELSE 'non' END"),
    safe_text("medicament", "l.product_name"),
    plain("forme", "l.form"),
    plain("regime", "l.regime"),
    plain("jours_prescrits", "l.days"),
    amount("quantite_prescrite", "l.quantity"),
    plain("unite", "l.unit"),
    amount("thc_mg_par_unite", "l.thc_mg_per_unit"),
    amount("cbd_mg_par_unite", "l.cbd_mg_per_unit"),
    plain("presentee_le", "rc.presented_on"),
    plain("delivree_le", "d.dispensed_on"),
    plain("lieu", "ph.kind"),
    safe_text("lot", "di.batch"),
    plain("peremption", "di.expires_on"),
    plain("conditionnements", "di.packs"),
    plain("jours_delivres", "di.days"),
    amount("quantite_delivree", "di.quantity"),
)
_FROM_TREATMENTS = """
JOIN LATERAL (SELECT x.*, row_number() OVER (ORDER BY x.signed_on, x.id) AS rank
 FROM prescriptions_prescription x WHERE x.enrolment_id = e.id AND x.signed_on IS NOT NULL) p
 ON true
JOIN prescriptions_line l ON l.prescription_id = p.id
LEFT JOIN pharmacies_dispenseditem di ON di.line_id = l.id AND NOT EXISTS (
 SELECT FROM pharmacies_undone u WHERE u.dispensation_id = di.dispensation_id)
LEFT JOIN pharmacies_dispensation d ON d.id = di.dispensation_id
LEFT JOIN pharmacies_received rc ON rc.id = d.received_id
LEFT JOIN accounts_site ph ON ph.id = d.pharmacy_id
"""

_EVENTS = (
    *_PATIENT,
    plain("survenu_le", "ev.occurred_on"),
    plain("termine_le", "ev.ended_on"),
    plain("connu_le", "ev.known_on"),
    plain("grave", "CASE WHEN ev.is_serious THEN 'oui' ELSE 'non' END"),
    plain("criteres_gravite", "array_to_string(ev.seriousness, '|')"),
    plain("intensite", "ev.severity"),
    plain("evolution", "ev.outcome"),
    plain("situations", "array_to_string(ev.situations, '|')"),
    plain("effets", "told.terms"),
    safe_text("medicaments_suspects", "blamed.products"),
    plain("mesures", "blamed.actions"),
    plain("declare_a", "declared.networks"),
)
_FROM_EVENTS = """
JOIN vigilance_adverseevent ev ON ev.enrolment_id = e.id
LEFT JOIN LATERAL (SELECT string_agg(x.term, '|' ORDER BY x.term) AS terms
 FROM vigilance_reaction x WHERE x.event_id = ev.id) told ON true
LEFT JOIN LATERAL (SELECT string_agg(pr.code, '|' ORDER BY x.id) AS products,
 string_agg(x.action_taken, '|' ORDER BY x.id) AS actions
 FROM vigilance_suspect x JOIN programmes_product pr ON pr.id = x.product_id
 WHERE x.event_id = ev.id) blamed ON true
LEFT JOIN LATERAL (SELECT string_agg(x.network, '|' ORDER BY x.network) AS networks
 FROM vigilance_declaration x WHERE x.event_id = ev.id) declared ON true
"""

_SETS: dict[str, tuple[tuple[Column, ...], str, str]] = {
    DataSet.PARTICIPATIONS: (_PARTICIPATIONS, "", ""),
    DataSet.VISITS: (_VISITS, _FROM_VISITS, ", v.due_on, v.id"),
    DataSet.TREATMENTS: (_TREATMENTS, _FROM_TREATMENTS, ", p.rank, l.position, di.id"),
    DataSet.EVENTS: (_EVENTS, _FROM_EVENTS, ", ev.occurred_on, ev.id"),
}


class Export:
    """One file: iterate over its bytes, then read how many `rows` it held and if it is `whole`."""

    def __init__(
        self, programme: Programme, data: str, layout: str, purpose: str = Purpose.EVALUATION
    ) -> None:
        self.programme, self.data, self.layout = programme, data, layout
        self.who = _OF_PROGRAMME + (_MAY_BE_REUSED if purpose == Purpose.RESEARCH else "")
        self.rows = 0
        self.whole = False

    def __iter__(self) -> Iterator[bytes]:
        """Rows as PostgreSQL writes them, joined into chunks: memory stays flat."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIMEOUT}'")
            statement = self._statement().as_string(cursor.cursor)
            with cursor.cursor.copy(statement, self._parameters()) as copy:
                yield from self._chunks(copy)
        self.whole = True

    def _chunks(self, copy: Iterator[memoryview | bytes]) -> Iterator[bytes]:
        lines = [BOM] if self.layout == Layout.EXCEL else []
        size, count = 0, -1  # the heading is no row
        for line in copy:
            lines.append(bytes(line))
            size += len(line)
            count += 1
            if size >= CHUNK:
                self.rows = count
                yield b"".join(lines)
                lines, size = [], 0
        self.rows = count
        yield b"".join(lines)

    def _statement(self) -> sql.Composed:
        """The whole COPY. Codes that people chose are composed as literals."""
        columns, joins, order = _SETS[self.data]
        answers: sql.Composable = sql.SQL("")
        if self.data == DataSet.VISITS:
            asked = _asked(self.programme)
            columns += tuple(column for one in asked for column in one.columns())
            answers = sql.SQL(" ").join(one.join() for one in asked)
        comma = self.layout == Layout.EXCEL
        return sql.SQL(
            "COPY (SELECT {} {}) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER {})"
        ).format(
            sql.SQL(", ").join(one.select(decimal_comma=comma) for one in columns),
            sql.SQL(" ").join([sql.SQL(_WHO + joins), answers, sql.SQL(self.who + _ORDER + order)]),
            sql.Literal(";" if comma else ","),
        )

    def _parameters(self) -> dict[str, object]:
        return {
            "programme": self.programme.pk,
            "salt": salt(self.programme),
            "codes": list(DEPARTEMENTS),
            "regions": [place.region for place in DEPARTEMENTS.values()],
        }


def salt(programme: Programme) -> str:
    """What makes the pseudonyms of a programme its own: useless without the index key."""
    message = f"evaluation.export {programme.code}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, "sha256").hexdigest()


@dataclass
class _Asked:
    """A questionnaire: its versions, and its coded items ever asked, in the order of the form."""

    code: str
    alias: str
    versions: list[int] = field(default_factory=list)
    # Item → whether its answer is a list.
    items: dict[str, bool] = field(default_factory=dict)
    # Items that say why there is no answer, and those that say nothing else: free words stay.
    missing: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def add(self, item: Mapping[str, Any]) -> None:
        code = item["code"]
        self.items.setdefault(code, item["kind"] == "multiple")
        if item["kind"] == "text":
            self.texts.add(code)
        if item.get("missing"):
            self.missing.add(code)

    def columns(self) -> list[Column]:
        return [column for item in self.items for column in self._of(item)]

    def _of(self, item: str) -> list[Column]:
        columns = []
        if item not in self.texts:
            is_list = self.items[item]
            columns.append(Column.answer(self.code, item, of=self.alias, is_list=is_list))
        if item in self.missing:
            columns.append(Column.missing(self.code, item, of=self.alias))
        return columns

    def join(self) -> sql.Composed:
        versions = sql.SQL(", ").join(sql.Literal(pk) for pk in self.versions)
        return sql.SQL(_FROM_ANSWERS).format(sql.Identifier(self.alias), versions)


def _asked(programme: Programme) -> list[_Asked]:
    """The questionnaires of the programme; no free text."""
    versions = (
        QuestionnaireVersion.objects.ever_published()
        .filter(questionnaire__programme=programme)
        .order_by("questionnaire__position", "questionnaire__code", "valid_from", "pk")
        .select_related("questionnaire")
    )
    found: dict[str, _Asked] = {}
    for version in versions:
        code = version.questionnaire.code
        one = found.setdefault(code, _Asked(code, f"given{len(found)}"))
        one.versions.append(version.pk)
        for item in version.definition:
            one.add(item)
    return list(found.values())
