"""Make `static/vendor/map/departements.json` from `@gouvfr/dsfr-chart` (MIT). For maintainers.

    npm pack @gouvfr/dsfr-chart@2.0.4 && tar xzf gouvfr-dsfr-chart-2.0.4.tgz
    python tools/make_map.py package

Curves become straight lines between their ends and coordinates whole numbers: neighbours keep the
same points, so that no gap appears. Insets: the five overseas départements, and Paris with its
neighbours.
"""

import json
import re
import sys
from itertools import pairwise
from pathlib import Path

from vendor_dsfr import ROOT, list_files


TARGET = ROOT / "map"
VIEW_BOX = "0 0 1080 900"
# Scale and shift of the mainland, in the source's own square of 1010.
MAINLAND = (0.9, 150.0, -6.0)
# code: centre of its inset; each is drawn 120 wide or high.
OVERSEAS = {"971": (85, 85), "972": (85, 260), "973": (85, 435), "974": (85, 610), "976": (85, 785)}
OVERSEAS_SIZE = 120.0
PARIS = ("75", "92", "93", "94")
PARIS_CENTRE, PARIS_SIZE = (985.0, 90.0), 130.0
# How many numbers each command of a path takes; the last two are the point reached.
ARITY = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7}

Point = tuple[float, float]
Ring = list[Point]


def rings(path: str) -> list[Ring]:
    """The points of a path, ring by ring, in absolute coordinates."""
    found: list[Ring] = []
    x = y = 0.0
    for command, body in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        kind = command.lower()
        if kind == "z":
            x, y = found[-1][0]
            continue
        numbers = [float(n) for n in re.findall(r"-?(?:\d*\.\d+|\d+)", body)]
        for i in range(0, len(numbers), ARITY[kind]):
            step = numbers[i : i + ARITY[kind]]
            x, y = moved(command, step, (x, y))
            if kind == "m" and i == 0:
                found.append([])
            found[-1].append((x, y))
    return found


def moved(command: str, step: list[float], at: Point) -> Point:
    relative = command.islower()
    base = at if relative else (0.0, 0.0)
    if command in "hH":
        return base[0] + step[0], at[1]
    if command in "vV":
        return at[0], base[1] + step[0]
    return base[0] + step[-2], base[1] + step[-1]


def fitted(shape: list[Ring], centre: Point, size: float, box: list[Ring]) -> list[Ring]:
    """The shape drawn around `centre`, `box` being drawn `size` wide or high."""
    xs = [x for ring in box for x, _ in ring]
    ys = [y for ring in box for _, y in ring]
    scale = size / max(max(xs) - min(xs), max(ys) - min(ys))
    middle = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    return [
        [
            (centre[0] + (x - middle[0]) * scale, centre[1] + (y - middle[1]) * scale)
            for x, y in ring
        ]
        for ring in shape
    ]


def placed(shape: list[Ring]) -> list[Ring]:
    scale, right, down = MAINLAND
    return [[(x * scale + right, y * scale + down) for x, y in ring] for ring in shape]


def written(shape: list[Ring]) -> str:
    """Relative whole numbers; rings that vanish are left out."""
    out = []
    for ring in shape:
        points = [(round(x), round(y)) for x, y in ring]
        points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        if len(points) < 3:
            continue
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
        body = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
        out.append(f"M{points[0][0]} {points[0][1]}l{body}z")
    return "".join(out)


def text(
    x: float, y: float, words: str, *, middle: bool = True, wide: bool = False
) -> dict[str, object]:
    """A caption; a wide one leaves narrow screens."""
    anchor = "middle" if middle else "start"
    return {"x": x, "y": y, "anchor": anchor, "wide": wide, "text": words}


def main(package: str) -> None:
    source = (Path(package) / "dist/MapChart/MapChart.js").read_text(encoding="utf-8")
    shapes = {
        code: rings(path)
        for code, path in re.findall(r'class: "FR-(2A|2B|\d{2,3})",.*?\bd: "([^"]+)"', source, re.S)
    }
    names = {
        code: name
        for name, code in re.findall(r'department: "([^"]+)",\s*department_value: "(\w+)"', source)
    }
    names |= {"973": "Guyane", "974": "La Réunion"}
    inset = [ring for code in PARIS for ring in shapes[code]]
    areas = []
    for code in sorted(shapes):
        if code in OVERSEAS:
            drawn = fitted(shapes[code], OVERSEAS[code], OVERSEAS_SIZE, shapes[code])
        else:
            drawn = placed(shapes[code])
        if code in PARIS:
            drawn = drawn + fitted(shapes[code], PARIS_CENTRE, PARIS_SIZE, inset)
        areas.append({"code": code, "name": names[code], "d": written(drawn)})
    captions = [text(x, y + 78, names[code]) for code, (x, y) in OVERSEAS.items()]
    captions.append(text(985, 18, "Paris et petite couronne", wide=True))
    TARGET.mkdir(parents=True, exist_ok=True)
    content = {"view_box": VIEW_BOX, "texts": captions, "areas": areas}
    out = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (TARGET / "departements.json").write_text(out.replace('{"code"', '\n{"code"') + "\n")
    (TARGET / "LICENSE").write_text((Path(package) / "LICENSE").read_text())
    sys.stdout.write(f"{len(areas)} départements, {len(out) / 1024:.0f} KB\n")
    list_files()


if __name__ == "__main__":
    main(sys.argv[1])
