from prescriptions.models.alert import AlertThreshold, PassedAlert
from prescriptions.models.line import DoseStep, Line, LinePack
from prescriptions.models.prescription import Prescription, Presentation


__all__ = [
    "AlertThreshold",
    "DoseStep",
    "Line",
    "LinePack",
    "PassedAlert",
    "Prescription",
    "Presentation",
]
