"""What happens in a year of reporting, and the rates that follow from it, reckoned by hand."""

import datetime as dt

YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
CAOYANG, CHANGFENG, CHANGSHOU, GANQUAN, SHIQUAN, YICHUAN, WANLI, ZHENRU, CHANGZHENG, TAOPU = (
    f"street_310107{n}"
    for n in ("005", "014", "015", "016", "017", "020", "021", "022", "102", "103")
)
PILOTS = (CAOYANG, CHANGFENG, GANQUAN, WANLI, ZHENRU, TAOPU)
# Joins in the middle of June, when its batch begins to build.
NEWCOMER, JOINS = CHANGSHOU, dt.date(2026, 6, 15)
COMMISSION, TAX, FIRE, SPORTS = "commerce", "tax", "fire_rescue", "sports"

# From the calendar on the wall: the 5th after a month, the 10th after a quarter, the 15th after the
# year, or the next working day. Off are 清明 4–6 April, 劳动节 1–5 May, 国庆 1–7 October; Saturday,
# 10 October, is worked. Days move on the way: Sunday, 5 July, is worked after all, and 5 and 6
# November are off.
DUE = {
    "2026-01": "2026-02-05",
    "2026-02": "2026-03-05",
    "2026-03": "2026-04-07",
    "2026-04": "2026-05-06",
    "2026-05": "2026-06-05",
    "2026-06": "2026-07-05",
    "2026-07": "2026-08-05",
    "2026-08": "2026-09-07",
    "2026-09": "2026-10-08",
    "2026-10": "2026-11-09",
    "2026-11": "2026-12-07",
    "2026-12": "2027-01-05",
    "2026-Q1": "2026-04-10",
    "2026-Q2": "2026-07-10",
    "2026-Q3": "2026-10-10",
    "2026-Q4": "2027-01-11",
    "2026": "2027-01-15",
}
MOVED = (
    ("2026-07-02 09:00", dt.date(2026, 7, 5), True),
    ("2026-11-02 09:00", dt.date(2026, 11, 5), False),
    ("2026-11-02 09:00", dt.date(2026, 11, 6), False),
)
MONTH, QUARTER, ANNUAL = "street_month", "street_quarter", "street_year"
# Who did not simply send on the due day and pass on the day after: what happened instead.
STORY: dict[tuple[str, str, str], list[tuple[str, str]]] = {
    (MONTH, "2026-01", CAOYANG): [("02-06 08:00", "send"), ("02-09 10:00", "accept")],
    (MONTH, "2026-02", CHANGFENG): [
        ("03-05 17:00", "send"),
        ("03-06 09:00", "return_report"),
        ("03-11 09:00", "mend"),
        ("03-12 09:00", "accept"),
    ],
    (MONTH, "2026-03", GANQUAN): [
        ("04-09 17:00", "send"),
        ("04-10 09:00", "return_report"),
        ("04-13 09:00", "mend"),
        ("04-14 09:00", "accept"),
    ],
    (MONTH, "2026-04", WANLI): [],
    (MONTH, "2026-05", ZHENRU): [("06-05 12:00", "nothing_new"), ("06-08 09:00", "accept")],
    (MONTH, "2026-06", TAOPU): [("07-03 12:00", "send"), ("07-06 09:00", "return_report")],
    # In time by the calendar that was printed, late by the one that held.
    (MONTH, "2026-06", CAOYANG): [("07-06 09:00", "send"), ("07-07 09:00", "accept")],
    (MONTH, "2026-07", CAOYANG): [("08-05 09:00", "send")],
    # In Shanghai the day is over at midnight, wherever the server stands.
    (MONTH, "2026-08", CHANGFENG): [("09-07 23:59", "send"), ("09-08 09:00", "accept")],
    (MONTH, "2026-08", GANQUAN): [("09-08 00:01", "send"), ("09-08 09:30", "accept")],
    (MONTH, "2026-10", TAOPU): [("11-10 09:00", "send"), ("11-10 10:00", "accept")],
    (MONTH, "2026-11", CHANGFENG): [
        ("12-04 09:00", "send"),
        ("12-04 10:00", "withdraw"),
        ("12-09 09:00", "mend"),
        ("12-10 09:00", "accept"),
    ],
    (MONTH, "2026-12", CAOYANG): [
        ("12-31 09:00", "send"),
        ("12-31 10:00", "accept"),
        ("12-31 11:00", "sign_off"),
        ("12-31 16:00", "reopen"),
        ("12-31 17:00", "mend"),
        ("12-31 18:00", "accept"),
    ],
    (QUARTER, "2026-Q1", YICHUAN): [("04-13 09:00", "send"), ("04-14 09:00", "accept")],
    (QUARTER, "2026-Q2", SHIQUAN): [],
    (QUARTER, "2026-Q3", CHANGZHENG): [
        ("10-09 09:00", "send"),
        ("10-09 10:00", "return_report"),
        ("10-12 09:00", "mend"),
        ("10-12 10:00", "return_report"),
        ("10-14 09:00", "mend"),
        ("10-15 09:00", "accept"),
    ],
    (QUARTER, "2026-Q4", CHANGSHOU): [("2027-01-12 09:00", "send"), ("2027-01-13 09:00", "accept")],
    (ANNUAL, "2026", TAOPU): [("2027-01-18 09:00", "send"), ("2027-01-19 09:00", "accept")],
    ("department_quarter", "2026-Q1", TAX): [],
    ("department_quarter", "2026-Q2", COMMISSION): [
        ("07-13 09:00", "send"),
        ("07-14 09:00", "accept"),
    ],
    ("department_quarter", "2026-Q2", FIRE): [("07-20 09:00", "send"), ("07-21 09:00", "accept")],
    ("department_quarter", "2026-Q3", SPORTS): [
        ("10-08 09:00", "send"),
        ("10-09 09:00", "return_report"),
        ("10-14 09:00", "mend"),
        ("10-15 09:00", "accept"),
    ],
    ("department_year", "2026", TAX): [],
}

# --- the table made by hand: expected, on time, passed, late, never sent, returned ---
FORMS = {
    MONTH: (79, 71, 76, 5, 1, 3),
    QUARTER: (40, 37, 39, 2, 1, 1),
    ANNUAL: (10, 9, 10, 1, 0, 0),
    "department_quarter": (72, 69, 71, 2, 1, 1),
    "department_year": (18, 17, 17, 0, 1, 0),
}
IN_ALL = (219, 203, 213, 10, 4, 5)
# Expected, on time, passed.
BY_MONTH = {
    "2026-01": (6, 5, 6),
    "2026-02": (6, 6, 6),
    "2026-03": (6, 5, 6),
    "2026-04": (6, 5, 5),
    "2026-05": (6, 6, 6),
    "2026-06": (7, 5, 6),
    "2026-07": (7, 6, 6),
    "2026-08": (7, 6, 7),
    "2026-09": (7, 7, 7),
    "2026-10": (7, 6, 7),
    "2026-11": (7, 7, 7),
    "2026-12": (7, 7, 7),
}
BY_OFFICE = {
    CAOYANG: (17, 14, 16),
    CHANGFENG: (17, 17, 17),
    GANQUAN: (17, 15, 17),
    WANLI: (17, 16, 16),
    ZHENRU: (17, 17, 17),
    TAOPU: (17, 14, 16),
    CHANGSHOU: (12, 11, 12),
    SHIQUAN: (5, 4, 4),
    YICHUAN: (5, 4, 5),
    CHANGZHENG: (5, 5, 5),
    TAX: (5, 3, 3),
    COMMISSION: (5, 4, 5),
    FIRE: (5, 4, 5),
}
# The departments that no story is told of.
QUIET = (5, 5, 5)
# The newcomers of caoyang's months are 1, 2, … 12; July's report never passed.
NEW_IN_CAOYANG = {"2026-Q1": 6, "2026-Q2": 15, "2026-Q3": 8 + 9, "2026-Q4": 33, "2026": 71}
