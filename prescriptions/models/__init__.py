from prescriptions.models.line import DoseStep, Line, LinePack
from prescriptions.models.prescription import Prescription, Presentation


__all__ = ["DoseStep", "Line", "LinePack", "Prescription", "Presentation"]
