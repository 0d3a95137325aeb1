"""The demo district: Putuo's ten streets and its committees, everything else invented.

`district.generate(plan, fixtures)` makes it as plain rows, `loading.load_demo` writes them.
Outlines, streets, residents, circles and outlets are a sketch of our own, and every row says that
it is sample.

    layout → shapes            what we drew by hand, and outlines in metres and degrees
    plan                       size, seed and day; chances and ids that depend on nothing else
    places, streets            middles of circles and committees; the lines of the street network
    homes, network, people     compounds with their lanes; nodes and edges; residents
    circles, sites             boundaries, states and gaps; where outlets stand
    shops, owners, timeline    their particulars, brands and enterprises; two years of changes
    checks                     what streets confirmed, so that absent and unknown differ
    writing, removal, loading  into the database and out again
    accounts                   one account for each role and street
"""

from portal.demo.plan import Plan

__all__ = ["Plan"]
