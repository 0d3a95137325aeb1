"""Which OpenStreetMap ways people walk on, as a table.

Order of the questions: `foot` decides where it says anything; then the kind of way; then `access`.

| way | walked |
| --- | --- |
| foot = yes, designated, permissive, official, destination, customers | always, whatever the kind |
| foot = no, private, use_sidepath | never |
| highway in WALKED | yes |
| highway in WITH_SIDEWALK (motorway, trunk, cycleway ...) | only with a sidewalk beside it |
| any other highway (construction, proposed, raceway, platform ...) | no |
| access = no, private, agricultural, forestry, delivery | no, unless foot says yes |

A gate, a lift out of order, opening hours are not looked at. Areas are walked along their edge.
"""

from __future__ import annotations

from collections.abc import Mapping

WALKED = frozenset(
    {
        "footway",
        "pedestrian",
        "path",
        "steps",
        "corridor",
        "elevator",
        "crossing",
        "living_street",
        "residential",
        "service",
        "unclassified",
        "road",
        "track",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
    }
)
WITH_SIDEWALK = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "cycleway",
        "bridleway",
        "busway",
    }
)
NOT_WAYS = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused"})
FOOT_YES = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
FOOT_NO = frozenset({"no", "private", "use_sidepath"})
ACCESS_NO = frozenset({"no", "private", "agricultural", "forestry", "delivery"})
SIDEWALK_YES = frozenset({"yes", "both", "left", "right"})
_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Whether a way with these tags is walked."""
    highway, foot = tags.get("highway"), tags.get("foot")
    if not highway or highway in NOT_WAYS or foot in FOOT_NO:
        return False
    if foot in FOOT_YES:
        return True
    if tags.get("access") in ACCESS_NO:
        return False
    if highway in WITH_SIDEWALK:
        return any(tags.get(key) in SIDEWALK_YES for key in _SIDEWALK_KEYS)
    return highway in WALKED
