"""Street networks: imported once, kept as files named by their digest."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from circles.signals import circles_changed
from core import audit
from metrics.models import StreetNetwork
from metrics.reach import Network, Points, ReachTable, cached_table
from territory.models import District


def networks_root() -> Path:
    """Where networks lie, one folder each."""
    return Path(settings.MEDIA_ROOT) / "networks"


def store_network(
    *,
    district: District,
    network: Network,
    name: str,
    source: str = "",
    report: dict[str, Any] | None = None,
    is_sample: bool = False,
    by: audit.Actor | None = None,
) -> StreetNetwork:
    """Make `network` the one in use for the district; earlier ones stay for their runs."""
    folder = networks_root() / network.digest
    if not folder.exists():
        network.save(folder)
    with audit.act("metrics.import_network", by=by) as act:
        StreetNetwork.objects.filter(district=district, current=True).update(current=False)
        row, _created = StreetNetwork.objects.update_or_create(
            district=district,
            digest=network.digest,
            defaults={
                "name": name,
                "source": source,
                "report": report or {},
                "current": True,
                "is_sample": is_sample,
            },
        )
        act.obj, act.changes = row, {"digest": network.digest, **(report or {})}
        circles_changed.send(sender=StreetNetwork, district=district)
    return row


def import_network(
    *, district: District, path: Path, name: str = "", by: audit.Actor | None = None
) -> StreetNetwork:
    """Read a file (.osm.pbf, .osm, .osm.gz, GeoJSON, GeoPackage, Shapefile) and put it in use.

    `NetworkFileError` (a ValueError) says what is wrong with the file and what to do.
    """
    # Imported here: reading files needs GDAL, which no web process should load.
    from metrics.reach.osm import read_network

    network, report = read_network(path)
    return store_network(
        district=district,
        network=network,
        name=name or path.name,
        source=path.name,
        report=report.as_dict(),
        by=by,
    )


def current_network(district: District) -> StreetNetwork | None:
    """The network in use, or None: then distances are straight lines, and say so."""
    return StreetNetwork.objects.filter(district=district, current=True).first()


@lru_cache(maxsize=4)
def load_network(digest: str) -> Network | None:
    """The arrays of a stored network; None for '' (no network)."""
    if not digest:
        return None
    folder = networks_root() / digest
    if not folder.exists():
        raise FileNotFoundError(
            _("路网文件缺失：%(path)s。请重新导入路网。") % {"path": folder.name}
        )
    return Network.load(folder)


def reach_table(network: Network | None, compounds: Points, radius_dm: int) -> ReachTable | None:
    """The table of walking distances, built once per network, compounds and radius."""
    if network is None:
        return None
    return cached_table(Path(settings.DATA_DIR) / "reach", network, compounds, radius_dm)
