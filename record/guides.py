"""One guide a role: where it stands, and what whoever has the role may do."""

from dataclasses import dataclass

from accounts.enums import Role


@dataclass(frozen=True)
class Guide:
    """A page of `templates/record/guide/`. `does` ends the sentence «Vous pouvez…»."""

    slug: str
    role: Role
    does: str

    @property
    def title(self) -> str:
        return str(self.role.label)


GUIDES = (
    Guide(
        "medecin-de-reference",
        Role.REFERENCE_DOCTOR,
        "inclure un patient, initier et renouveler son traitement, tenir chaque consultation.",
    ),
    Guide(
        "medecin-relais",
        Role.RELAY_DOCTOR,
        "renouveler et adapter le traitement, tenir les consultations simples.",
    ),
    Guide(
        "pharmacien",
        Role.PHARMACIST,
        "dispenser, tenir le registre des stupéfiants, écrire au prescripteur.",
    ),
    Guide(
        "preparation",
        Role.PREPARER,
        "préparer consultations et ordonnances, qu’un médecin relit et signe.",
    ),
    Guide(
        "evaluation",
        Role.ANALYST,
        "lire les indicateurs et exporter des données pseudonymisées.",
    ),
    Guide(
        "vigilance",
        Role.VIGILANCE_OFFICER,
        "trier les effets indésirables, suivre les déclarations, alerter les pharmacies.",
    ),
    Guide(
        "gestion",
        Role.MANAGER,
        "tenir à jour médicaments, ouvertures, calendrier et structures, donner les droits.",
    ),
    Guide("lecture", Role.READER, "lire les statistiques publiées."),
    Guide("api", Role.API_CLIENT, "lire les statistiques publiées par un programme."),
)
BY_SLUG = {guide.slug: guide for guide in GUIDES}
BY_ROLE = {guide.role: guide for guide in GUIDES}
