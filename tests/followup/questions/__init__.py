from core.fields import FrenchDecimalField


WORD = {
    "code": "word",
    "label": "Mot",
    "kind": "choice",
    "choices": [["a", "Aucune"], ["f", "Forte"]],
}


def sent(form):
    """What a page sends of a form that nobody changed, as a browser does."""
    data = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(field, FrenchDecimalField):
            value = field.widget.format_value(value)
        if value not in (None, "", False, []):
            data[name] = "on" if value is True else value
    return data
