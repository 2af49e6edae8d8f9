from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


ANSM_RELAY = "Alerte de l’ANSM relayée par prosante.re"
PRESS = "caducee.net"
MEMORY = "De mémoire, à vérifier"

# code, class, names, concerns, advice, source. ADR 0034: a control of the prescriber, not law.
INTERACTIONS = [
    (
        "antiepileptics",
        "Antiépileptiques",
        "valproate, valproique, depakine, depamide, micropakine, lamotrigine, lamictal, phenytoine, "
        "carbamazepine, tegretol, oxcarbazepine, trileptal, phenobarbital, gardenal, topiramate, "
        "epitomax, stiripentol, diacomit",
        "CBD",
        "le CBD inhibe CYP2B6, 2C19 et 3A4\u202f: surveillance clinique et biologique rapprochée",
        ANSM_RELAY,
    ),
    (
        "clobazam",
        "Clobazam et benzodiazépines",
        "clobazam, urbanyl, likozam, zolpidem, stilnox, lorazepam, temesta, diazepam, valium, "
        "clonazepam, rivotril, alprazolam, xanax, bromazepam, lexomil",
        "ANY",
        "sédation additive\u202f; surveiller la vigilance",
        PRESS,
    ),
    (
        "anticoagulants",
        "Anticoagulants",
        "warfarine, coumadine, fluindione, previscan, dabigatran, pradaxa",
        "ANY",
        "modification de l’exposition\u202f: surveiller l’INR ou les signes de saignement",
        PRESS,
    ),
    (
        "opioids",
        "Opioïdes",
        "tramadol, topalgic, contramal, morphine, skenan, actiskenan, oramorph, oxycodone, oxynorm, "
        "oxycontin, fentanyl, codeine",
        "ANY",
        "sédation additive et modification de l’exposition",
        PRESS,
    ),
    (
        "antidepressants",
        "Antidépresseurs",
        "amitriptyline, laroxyl, citalopram, seropram, escitalopram, seroplex, bupropion, zyban",
        "ANY",
        "modification de l’exposition\u202f: surveiller la tolérance",
        PRESS,
    ),
    (
        "antipsychotics",
        "Antipsychotiques et lithium",
        "clozapine, leponex, lithium, teralithe",
        "ANY",
        "modification de l’exposition\u202f: surveiller la tolérance et les concentrations",
        PRESS,
    ),
    (
        "immunosuppressants",
        "Immunosuppresseurs",
        "tacrolimus, prograf, advagraf, sirolimus, rapamune, everolimus",
        "CBD",
        "surveiller les concentrations",
        PRESS,
    ),
    (
        "inducers",
        "Inducteurs enzymatiques",
        "rifampicine, rifadine, griseofulvine",
        "ANY",
        "exposition aux cannabinoïdes diminuée",
        PRESS,
    ),
    (
        "sedatives",
        "Dépresseurs du système nerveux central",
        "baclofene, lioresal, pregabaline, lyrica, gabapentine, neurontin, tizanidine",
        "ANY",
        "sédation additive\u202f; éviter l’alcool",
        MEMORY,
    ),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias != "default":
        return
    interaction = apps.get_model("prescriptions", "Interaction")
    for code, drug_class, names, concerns, advice, source in INTERACTIONS:
        interaction.objects.create(
            code=code,
            drug_class=drug_class,
            names=names,
            concerns=concerns,
            advice=advice,
            source=source,
            valid_from=date(2021, 3, 26),
        )


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("prescriptions", "Interaction").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0009_partition_history_of_plans")]

    operations = [migrations.RunPython(add, remove)]
