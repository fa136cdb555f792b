"""The gazetteer as a table in CSV, which an office makes from its 地名库 or its grid."""

from collections.abc import Iterator

from intake.domain.places import KINDS, Place, circles
from shared.csv_table import LineFault, read_lines
from shared.errors import both

COLUMNS = ("code", "name", "other_names", "kind", "within", "longitude", "latitude")
_HEADINGS = {
    "编码": "code", "名称": "name", "别名": "other_names", "类型": "kind", "上级": "within",
    "经度": "longitude", "纬度": "latitude",
}  # fmt: skip
_KINDS = {name: code for code, name in KINDS.items()} | {code: code for code in KINDS}
_LONGEST_CODE, _LONGEST_NAME, _SHORTEST_NAME = 50, 100, 2
_WEST, _EAST, _SOUTH, _NORTH = 70.0, 140.0, 0.0, 56.0


def read_places(text: str) -> tuple[dict[str, Place], list[LineFault]]:
    """The places of a table by code, and what is wrong with its lines.

    Coordinates are WGS-84 or CGCS2000 in degrees. Other names stand apart by ; or ；.
    """
    places: dict[str, Place] = {}
    lines: dict[str, int] = {}
    found: list[LineFault] = []
    required = ("code", "name", "kind")
    table = read_lines(text, headings=_HEADINGS, columns=COLUMNS, required=required, found=found)
    for line, cells in table:
        wrong = list(_wrong_cells(line, cells, lines))
        found += wrong
        if not wrong:
            lines[cells["code"]] = line
            places[cells["code"]] = _place(cells)
    if not found:
        found += _wrong_places(places, lines)
    return places, found


def _place(cells: dict[str, str]) -> Place:
    names = cells.get("other_names", "").replace("；", ";").split(";")
    return Place(
        code=cells["code"],
        name=cells["name"],
        other_names=tuple(name for part in names if (name := part.strip())),
        kind=_KINDS[cells["kind"]],
        within=cells.get("within") or None,
        longitude=_degrees(cells.get("longitude")),
        latitude=_degrees(cells.get("latitude")),
    )


def _wrong_cells(line: int, cells: dict[str, str], lines: dict[str, int]) -> Iterator[LineFault]:
    code, name = cells["code"], cells["name"]
    if not 0 < len(code) <= _LONGEST_CODE:
        yield LineFault(line, "code", both("编码应有1至50个字。", "A code has 1 to 50 characters."))
    elif code in lines:
        twice = both(f"与第{lines[code]}行的编码相同。", f"Line {lines[code]} has this code.")
        yield LineFault(line, "code", twice)
    for one in (name, *filter(None, cells.get("other_names", "").replace("；", ";").split(";"))):
        if not _SHORTEST_NAME <= len(one.strip()) <= _LONGEST_NAME:
            length = both("名称应有2至100个字。", "A name has 2 to 100 characters.")
            yield LineFault(line, "name" if one == name else "other_names", length)
    if cells["kind"] not in _KINDS:
        choices = "、".join(KINDS.values())
        wrong = both(f"应为以下之一：{choices}。", f"Must be one of: {choices}.")
        yield LineFault(line, "kind", wrong)
    for column, least, most in (("longitude", _WEST, _EAST), ("latitude", _SOUTH, _NORTH)):
        if not _within(cells.get(column), least, most):
            degrees = both(f"应为{least:.0f}至{most:.0f}的度数。", f"Degrees, {least} to {most}.")
            yield LineFault(line, column, degrees)
    if bool(cells.get("longitude")) != bool(cells.get("latitude")):
        alone = both("经度和纬度应一并填写。", "Longitude and latitude go together.")
        yield LineFault(line, "longitude", alone)


def _wrong_places(places: dict[str, Place], lines: dict[str, int]) -> Iterator[LineFault]:
    for code, place in places.items():
        if place.within is not None and place.within not in places:
            nowhere = both(f"没有地点{place.within}。", f"There is no place {place.within}.")
            yield LineFault(lines[code], "within", nowhere)
    for code in circles(places):
        yield LineFault(lines[code], "within", both("上级不能是自身。", "It lies within itself."))


def _within(cell: str | None, least: float, most: float) -> bool:
    try:
        degrees = _degrees(cell)
    except ValueError:
        return False
    return degrees is None or least <= degrees <= most


def _degrees(cell: str | None) -> float | None:
    return float(cell) if cell else None
