"""A column of an exported file: its name, its SQL, and what makes it safe in a spreadsheet."""

from dataclasses import dataclass

from psycopg import sql


# A cell that a spreadsheet would run: `=`, `+`, `-`, `@`, tabulation and carriage return begin a
# formula (OWASP, CSV injection). Numbers may be negative.
_NEUTRAL = (
    # The cheap test first: nearly no cell begins so.
    "CASE WHEN strpos(E'=+@-\\t\\r', left({0}, 1)) > 0 AND {0} !~ '^-?[0-9]+([.,][0-9]+)?$'"
    " THEN '''' || {0} ELSE {0} END"
)
# Ends the name of the column that says why there is no answer.
MISSING = "sans_reponse"

# Line ends would break rows apart.
_ONE_LINE = "translate({}, E'\\r\\n', '  ')"


@dataclass(frozen=True)
class Column:
    name: str
    expression: sql.Composable
    is_amount: bool = False

    @classmethod
    def answer(cls, questionnaire: str, item: str, *, of: str, is_list: bool) -> "Column":
        """An answer of a visit, found by codes that people chose, in the joined table `of`."""
        path = sql.SQL("({}.data->{})").format(sql.Identifier(of), _code(item))
        # An object says why there is no answer: it is told in a column of its own.
        text = sql.SQL(
            "(CASE WHEN jsonb_typeof({0}.data->{1}) <> 'object' THEN {0}.data->>{1} END)"
        ).format(sql.Identifier(of), _code(item))
        if is_list:
            text = sql.SQL(
                "(SELECT string_agg(x, '|') FROM jsonb_array_elements_text("
                "CASE jsonb_typeof({0}) WHEN 'array' THEN {0} ELSE '[]'::jsonb END) x)"
            ).format(path)
        return cls(f"{questionnaire}.{item}", _neutral(text), is_amount=not is_list)

    @classmethod
    def missing(cls, questionnaire: str, item: str, *, of: str) -> "Column":
        """Why a question has no answer: a code of ours, or nothing."""
        text = sql.SQL("({}.data->{}->>'missing')").format(sql.Identifier(of), _code(item))
        return cls(f"{questionnaire}.{item}.{MISSING}", _neutral(text))

    def select(self, *, decimal_comma: bool) -> sql.Composed:
        expression = self.expression
        if self.is_amount and decimal_comma:
            expression = sql.SQL(
                "CASE WHEN strpos({0}::text, '.') > 0 AND {0}::text ~ '^-?[0-9]+\\.[0-9]+$'"
                " THEN replace({0}::text, '.', ',') ELSE {0}::text END"
            ).format(expression)
        return sql.SQL("{} AS {}").format(expression, _heading(self.name))


def _heading(name: str) -> sql.Composable:
    """A percent sign would be read as a parameter by the driver."""
    return sql.Identifier(name.replace("%", ""))


def _code(text: str) -> sql.Literal:
    """Composed before the parameters are: a percent sign is doubled."""
    return sql.Literal(text.replace("%", "%%"))


def _neutral(text: sql.Composable) -> sql.Composed:
    return sql.SQL(_NEUTRAL).format(sql.SQL(_ONE_LINE).format(text))


def plain(name: str, expression: str) -> Column:
    """Codes, dates and whole numbers of ours."""
    return Column(name, sql.SQL(expression))


def amount(name: str, expression: str) -> Column:
    """A decimal number, without the zeros that say nothing."""
    return Column(name, sql.SQL(f"trim_scale({expression})"), is_amount=True)


def safe_text(name: str, expression: str) -> Column:
    """Words that somebody typed."""
    return Column(name, _neutral(sql.SQL(expression)))
