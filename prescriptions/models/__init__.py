from prescriptions.models.alert import AlertThreshold, PassedAlert
from prescriptions.models.interaction import Interaction
from prescriptions.models.line import DoseStep, Line, LinePack
from prescriptions.models.plan import Plan, PlanStep
from prescriptions.models.prescription import CertificateOpening, Prescription, Presentation


__all__ = [
    "AlertThreshold",
    "CertificateOpening",
    "DoseStep",
    "Interaction",
    "Line",
    "LinePack",
    "PassedAlert",
    "Plan",
    "PlanStep",
    "Prescription",
    "Presentation",
]
