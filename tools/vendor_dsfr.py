"""Make `static/vendor/dsfr/` from the wheel of django-dsfr. For maintainers; set-up never runs it.

    pip download --no-deps -d /tmp django-dsfr==3.6.1
    python tools/vendor_dsfr.py /tmp/django_dsfr-3.6.1-py3-none-any.whl

The wheel ships DSFR 1.14.4, the last under the MIT licence. The fonts (Marianne, Spectral) have
terms of their own and are never copied. Icons are written once each, as custom properties, so that
no file is asked for; components that the registry does not use are left out of the style sheet.
"""

import hashlib
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import tinycss2


ROOT = Path(__file__).resolve().parent.parent / "static" / "vendor"
TARGET = ROOT / "dsfr"
DIST = "dsfr/static/dsfr/dist/"

# Icons that pages may name; those that the style sheet itself needs are added.
ICONS = """
arrows/arrow-down-line arrows/arrow-down-s-line arrows/arrow-go-back-line arrows/arrow-left-line
arrows/arrow-left-s-line arrows/arrow-right-line arrows/arrow-right-s-line arrows/arrow-up-line
buildings/building-line buildings/government-line buildings/home-4-line buildings/hospital-line
buildings/school-line buildings/store-line business/archive-line business/attachment-line
business/award-line business/bar-chart-box-line business/calendar-2-line
business/calendar-check-line business/calendar-event-line business/calendar-line
business/calendar-todo-line business/customer-service-line business/inbox-line
business/line-chart-line business/links-line business/mail-line business/mail-send-line
business/pie-chart-2-line business/printer-line business/send-plane-line
communication/chat-3-line communication/discuss-line communication/message-2-line
communication/questionnaire-line design/edit-line design/pencil-line device/dashboard-3-line
device/database-line device/phone-line device/qr-code-line device/qr-scan-line device/save-line
device/smartphone-line document/book-2-line document/clipboard-line document/draft-line
document/file-add-line document/file-download-line document/file-line document/file-pdf-line
document/file-text-line document/folder-2-line document/newspaper-line document/survey-line
document/todo-line editor/list-check editor/list-unordered health/capsule-line
health/dossier-line health/first-aid-kit-line health/heart-pulse-line health/lungs-line
health/medicine-bottle-line health/mental-health-line health/microscope-line health/pulse-line
health/stethoscope-line health/syringe-line health/test-tube-line health/thermometer-line
map/france-line map/map-pin-2-line map/map-pin-user-line map/road-map-line
media/notification-3-line others/plant-line others/scales-3-line system/add-circle-line
system/add-line system/alarm-warning-line system/alert-line system/check-line
system/checkbox-circle-fill system/checkbox-circle-line system/checkbox-line
system/close-circle-fill system/close-circle-line system/close-line system/delete-bin-line
system/download-line system/error-warning-fill system/error-warning-line
system/external-link-line system/eye-line system/eye-off-line system/filter-line
system/fr--error-fill system/fr--error-line system/fr--info-fill system/fr--info-line
system/fr--success-fill system/fr--success-line system/fr--theme-fill system/fr--warning-fill
system/fr--warning-line system/information-fill system/information-line system/lock-line
system/lock-unlock-line system/logout-box-r-line system/menu-fill system/more-line
system/question-line system/refresh-line system/search-line system/settings-5-line
system/share-line system/shield-line system/subtract-line system/time-fill system/time-line
system/timer-line system/upload-line user/account-circle-fill user/account-circle-line
user/admin-line user/group-line user/team-line user/user-add-line user/user-heart-line
user/user-line user/user-search-line user/user-setting-line user/user-star-line
""".split()  # noqa: SIM905

# Names that people expect, for icons the DSFR calls otherwise.
ALIASES = {
    "delete-line": "system/delete-bin-line",
    "flask-line": "health/test-tube-line",
    "history-line": "design/anticlockwise-line",
}

# Components the registry has no use for: a rule goes when all its selectors name one of them.
UNUSED = re.compile(
    r"\.fr-(share|follow|consent|connect|franceconnect|transcription|content-media|responsive-vid"
    r"|card|quote|range|translate|cards?-|media|ratio|fi-|slider"
    r"|segmented|artwork|mega-menu|nav__(?:callout|category)"
    r"|radio-rich|newsletter|footer__(?:top|partners|newsletter|brand|body|content)"
    r"|header__(?:operator|search|newsletter)"
    r"|background-(?:alt|contrast|action|flat|open|transparent|overlap|raised)|text-(?:default|action)"
    r"|placement)"
)
STATE_ONLY = re.compile(
    r"fr-(twitter|facebook|instagram|linkedin|youtube|vimeo|dailymotion|logo--)"
)


def property_of(icon: str) -> str:
    return "--i-" + icon.rpartition("/")[2].removeprefix("fr--")


class Icons:
    """The icons met, each kept once as `--i-name: url(data:…)`."""

    def __init__(self, wheel: zipfile.ZipFile) -> None:
        self.wheel = wheel
        self.found: dict[str, str] = {}

    def use(self, icon: str) -> str:
        name = property_of(icon)
        if name not in self.found:
            svg = self.wheel.read(f"{DIST}icons/{icon}.svg").decode()
            svg = re.sub(r">\s+<", "><", svg.strip()).replace('"', "'")
            self.found[name] = quote(svg, safe=" '=/:;,()!@$*+-._~?&")
        return f"var({name})"

    def style_sheet(self) -> str:
        named = {icon.rpartition("/")[2].removeprefix("fr--"): icon for icon in ICONS} | ALIASES
        classes = []
        for name, icon in named.items():
            rule = f"-webkit-mask-image:{self.use(icon)};mask-image:{self.use(icon)}"
            classes.append(f".fr-icon-{name}:before,.fr-icon-{name}:after{{{rule}}}")
        properties = "".join(
            f'{name}:url("data:image/svg+xml,{svg}");' for name, svg in sorted(self.found.items())
        )
        return f":root{{{properties}}}\n" + "\n".join(classes) + "\n"


def is_unused(selector: str) -> bool:
    return bool(UNUSED.search(selector) or STATE_ONLY.search(selector))


def purge(rules: list[tinycss2.ast.Node]) -> str:
    """Write the rules again without unused selectors, fonts and emptied rules."""
    kept = []
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "font-face":
            continue
        if rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = purge(tinycss2.parse_rule_list(rule.content, skip_comments=True))
            if inner:
                head = tinycss2.serialize(rule.prelude)
                kept.append(f"@{rule.at_keyword}{head}{{{inner}}}")
        elif rule.type == "qualified-rule":
            kept.append(purged_rule(rule))
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def purged_rule(rule: tinycss2.ast.QualifiedRule) -> str:
    selectors = split_selectors(tinycss2.serialize(rule.prelude))
    used = [selector for selector in selectors if not is_unused(selector)]
    if not used:
        return ""
    return f"{','.join(used)}{{{tinycss2.serialize(rule.content)}}}"


def split_selectors(prelude: str) -> list[str]:
    """Split at the commas that stand in no parenthesis."""
    return re.split(r",(?![^()]*\))", prelude.strip())


def style_sheet(source: str, icons: Icons) -> str:
    head = source[: source.index("*/") + 2]
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    css = purge([rule for rule in rules if "charset" not in rule.serialize()[:9]])

    def inline(match: re.Match[str]) -> str:
        return icons.use(match[1]) if match[1].partition("/")[0] != "logo" else "none"

    css = re.sub(r"url\((?:\.\./)+icons/([\w/-]+)\.svg\)", inline, css)
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    if left := set(re.findall(r"url\((?![\"']?data:|#)[^)]*\)", css)):
        raise SystemExit(f"Files that are not shipped are asked for: {sorted(left)}")
    return f"{head}\n{css}\n"


def write(name: str, text: str) -> None:
    (TARGET / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{name}: {len(text) / 1024:.0f} KB\n")


def list_files() -> None:
    """Write the table of `VENDOR.md` again, below its heading."""
    page = ROOT / "VENDOR.md"
    head = page.read_text(encoding="utf-8").partition("## Files")[0]
    lines = ["## Files\n", "", "| File | sha256 |", "|---|---|"]
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and path != page:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"| `{path.relative_to(ROOT)}` | `{digest}` |")
    page.write_text(head + "\n".join(lines).replace("\n\n\n", "\n\n") + "\n", encoding="utf-8")


def main(wheel_path: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel_path) as wheel:
        icons = Icons(wheel)
        for icon in ICONS:
            icons.use(icon)
        write("dsfr.css", style_sheet(wheel.read(f"{DIST}dsfr/dsfr.main.min.css").decode(), icons))
        write(
            "dsfr.print.css", style_sheet(wheel.read(f"{DIST}dsfr.print.min.css").decode(), icons)
        )
        script = wheel.read(f"{DIST}dsfr/dsfr.module.min.js").decode()
        write("dsfr.module.js", re.sub(r"//# sourceMappingURL=.*", "", script).rstrip() + "\n")
        licence = next(name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
        write("LICENSE", wheel.read(licence).decode())
        write("icons.css", icons.style_sheet())
    list_files()


if __name__ == "__main__":
    main(sys.argv[1])
