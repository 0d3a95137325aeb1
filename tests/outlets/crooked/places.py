"""Rows whose where is crooked: streets, committees, coordinates."""

from core.geo import CRS, to_wgs84
from tests.outlets.crooked.making import HEAD, Crooked, book, line, new, with_columns, wrong
from tests.outlets.crooked.place import Putuo


def streets_by_every_name(_place: Putuo) -> Crooked:
    """Full name, short, old, with the district's, as codes: text, number, of 9 and 12 digits."""
    said = {
        "真如镇街道": "真如镇街道",
        "真如镇": "真如镇街道",
        "真如": "真如镇街道",
        " 真 如 镇 ": "真如镇街道",
        "普陀区真如镇街道": "真如镇街道",
        "长风": "长风新村街道",
        "长风新村": "长风新村街道",
        "甘泉": "甘泉路街道",
        "甘泉路": "甘泉路街道",
        "310107005": "曹杨新村街道",
        "310107005000": "曹杨新村街道",
        310107005: "曹杨新村街道",
        310107005000.0: "曹杨新村街道",
        "３１０１０７００５": "曹杨新村街道",
    }
    rows = [HEAD, *(line(n, street=street) for n, street in enumerate(said, 1))]
    good = {n: new(street=name) for n, name in enumerate(said.values(), 2)}
    rows += [line(98, street="曹阳新村街道"), line(99, street="静安寺街道"), line(97, street="")]
    return Crooked(
        book(rows),
        {
            **good,
            16: wrong(street="是否为“曹杨新村街道”？"),
            17: wrong(street="不在可选范围内"),
            18: wrong(street="缺少街道（镇）"),
        },
    )


def committees(_place: Putuo) -> Crooked:
    """Names long and short, codes of 12 digits, 普查小区 of 14, another street's committee."""
    said = [
        ("源园居委会", new(neighbourhood="源园居委会")),
        ("源园", new(neighbourhood="源园居委会")),
        ("源园社区居民委员会", new(neighbourhood="源园居委会")),
        ("310107005003", new(neighbourhood="花溪园居委会")),
        (310107005003, new(neighbourhood="花溪园居委会")),
        ("31010700500302", new(neighbourhood="花溪园居委会")),
        (31010700500302, new(neighbourhood="花溪园居委会")),
        ("/", new(neighbourhood=None)),
        ("源元居委会", wrong(neighbourhood="是否为“源园居委会”？")),
        ("北大街居委会", wrong(neighbourhood="本街道（镇）没有居（村）委会")),
        ("310107022002", wrong(neighbourhood="不属于本行的街道（镇）")),
    ]
    rows = with_columns(["居委会"], ([text] for text, _expected in said))
    return Crooked(book(rows), {n: expected for n, (_text, expected) in enumerate(said, 2)})


def degrees_however_written(_place: Putuo) -> Crooked:
    """Degrees, minutes and seconds; swapped; half of it; in metres; as text with blanks."""
    place = {"lon": 121.405, "lat": 31.25}
    said = [
        ((121.405, 31.25), new(**place)),
        (("121°24′18″", "31°15′00″"), new(**place)),
        (("东经121度24分18秒", "北纬31度15分0秒"), new(**place)),
        (("E121.405", "N31.25"), new(**place)),
        ((" １２１．４０５ ", "31.25°"), new(**place)),
        ((31.25, 121.405), wrong(x_in="可能填反了")),
        ((121.405, ""), wrong(y_in="经度和纬度须同时填写")),
        ((-1234.5, 5678.9), wrong(x_in="平面坐标")),
        (("121°75′", 31.25), wrong(x_in="应为数字")),
        (("无", "无"), new(lon=None)),
        ((0, 0), wrong(x_in="不在我国范围内")),
    ]
    rows = with_columns(["经度", "纬度"], (cells for cells, _expected in said))
    expected = {n: verdict for n, (_cells, verdict) in enumerate(said, 2)}
    return Crooked(book(rows), expected, crs="wgs84")


def points_in_one_column(_place: Putuo) -> Crooked:
    """经纬度 as a map service copies it, in either order."""
    place = {"lon": 121.405, "lat": 31.25}
    said = [
        ("121.405,31.25", new(**place)),
        ("31.25，121.405", new(**place)),
        ("121.405 31.25", new(**place)),
        ("121°24′18″，31°15′0″", new(**place)),
        ("121.405", wrong(point="应为经度和纬度两个数")),
        ("兰溪路口", wrong(point="应为经度和纬度两个数")),
        ("121.505,31.25", wrong(point="境外约")),
        ("", new(lon=None)),
    ]
    rows = with_columns(["经纬度"], ([text] for text, _expected in said))
    expected = {n: verdict for n, (_text, verdict) in enumerate(said, 2)}
    return Crooked(book(rows), expected, crs="wgs84")


def points_of_a_phone_map(_place: Putuo) -> Crooked:
    """高德's degrees; the importer says so, half of the rows do."""
    x, y = 121.409653, 31.248475
    lon, lat = (round(float(degree), 9) for degree in to_wgs84(x, y, CRS.GCJ02))
    rows = with_columns(["经度", "纬度", "坐标系"], [[x, y, "高德"], [x, y, ""], [x, y, "gcj02"]])
    where = {"lon": lon, "lat": lat, "crs_in": "gcj02"}
    return Crooked(book(rows), {n: new(**where) for n in (2, 3, 4)}, crs="gcj02")


def outside_the_district(_place: Putuo) -> Crooked:
    """Beyond the border: a slip, or a shop that serves residents of the district."""
    rows = [
        [*HEAD, "经度", "纬度", "坐标系", "是否区外网点"],
        [*line(1), 121.46, 31.25, "WGS84", ""],
        [*line(2, street=""), 121.46, 31.25, "WGS84", "是"],
        [*line(3), 121.405, 31.25, "WGS84", "是"],
        [*line(4), 121.415, 31.25, "WGS84", "否"],
    ]
    return Crooked(
        book(rows),
        {
            2: wrong(x_in="境外约 2.9 公里"),
            3: new(outside=True, street=None, place_state="verified"),
            4: wrong(x_in="已标为区外网点"),
            # In the district, but in the neighbouring street: not verified.
            5: new(street="曹杨新村街道", place_state="unverified"),
        },
    )
