"""Where a matter is: coordinates of three systems, kept as WGS-84 with the system they came in.

GCJ-02 is what maps published in China show; it is off by some 600 m in the south (GB 20263-2006).
CGCS2000 differs from WGS-84 by centimetres and is taken as it is.
"""

import math

SYSTEMS = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02"}

_SEMI_MAJOR = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_EXACT_DEGREES = 1e-9
_ROUNDS = 30
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def to_wgs84(longitude: float, latitude: float, *, system: str) -> tuple[float, float]:
    """The point as WGS-84 (longitude, latitude in degrees), rounded to a decimetre."""
    if system == "gcj02":
        longitude, latitude = _gcj02_to_wgs84(longitude, latitude)
    return round(longitude, 6), round(latitude, 6)


def wgs84_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The point as maps published in China show it; outside China nothing is shifted."""
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        return longitude, latitude
    x, y = longitude - 105.0, latitude - 35.0
    latitude_radians = math.radians(latitude)
    magic = 1 - _ECCENTRICITY_SQUARED * math.sin(latitude_radians) ** 2
    meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    parallel = _SEMI_MAJOR / math.sqrt(magic) * math.cos(latitude_radians)
    return (
        longitude + math.degrees(_shift_east(x, y) / parallel),
        latitude + math.degrees(_shift_north(x, y) / meridian),
    )


def _gcj02_to_wgs84(longitude: float, latitude: float) -> tuple[float, float]:
    """The inverse has no formula: the point is moved until its shift ends where it should."""
    east, north = longitude, latitude
    for _ in range(_ROUNDS):
        shown_east, shown_north = wgs84_to_gcj02(east, north)
        off_east, off_north = shown_east - longitude, shown_north - latitude
        east, north = east - off_east, north - off_north
        if max(abs(off_east), abs(off_north)) < _EXACT_DEGREES:
            break
    return east, north


def _shift_east(x: float, y: float) -> float:
    """Metres to the east, from degrees east of 105 and north of 35."""
    root = math.sqrt(abs(x))
    metres = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    return metres + _waves(x, (20, 6), (20, 2)) + _waves(x, (20, 1), (40, 1 / 3)) + (
        _waves(x, (150, 1 / 12), (300, 1 / 30))
    )  # fmt: skip


def _shift_north(x: float, y: float) -> float:
    """Metres to the north, from degrees east of 105 and north of 35."""
    root = math.sqrt(abs(x))
    metres = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    return metres + _waves(x, (20, 6), (20, 2)) + _waves(y, (20, 1), (40, 1 / 3)) + (
        _waves(y, (160, 1 / 12), (320, 1 / 30))
    )  # fmt: skip


def _waves(degrees: float, *waves: tuple[float, float]) -> float:
    """Two thirds of a sum of sines, each of an amplitude and a frequency."""
    return sum(height * math.sin(rate * degrees * math.pi) for height, rate in waves) * 2 / 3
