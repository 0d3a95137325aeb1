"""What a workbook's own index says is in it, and the index of a workbook cut into pieces."""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ROOT_RELATIONS = "_rels/.rels"
_SHARED = {"sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
_LARGEST = 4 * 2**20
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One worksheet of the workbook, in its order; `part` is the member that holds it."""

    name: str
    hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the index names; `shared` maps the members that all sheets refer to to the names under
    which every reader looks for them."""

    sheets: tuple[SheetEntry, ...]
    shared: Mapping[str, str]
    date1904: bool

    @property
    def sheet_parts(self) -> frozenset[str]:
        return frozenset(sheet.part for sheet in self.sheets)


def read(archive: zipfile.ZipFile) -> Contents:
    """The contents of a workbook. KeyError, ValueError and ParseError when they make no sense."""
    workbook = _tree(archive, WORKBOOK)
    relations = list(_tree(archive, _RELATIONS))
    targets = {relation.attrib["Id"]: relation.attrib for relation in relations}
    if len(targets) != len(relations):
        raise ValueError("two relations of one name")
    held = {name.lower(): name for name in archive.namelist()}
    sheets = []
    for entry in _named(workbook, "sheet"):
        target = targets[_relation_id(entry)]
        if target["Type"].endswith("/worksheet"):
            hidden = entry.attrib.get("state", "visible") != "visible"
            part = held[_resolved(target["Target"]).lower()]
            sheets.append(SheetEntry(entry.attrib["name"], hidden, part))
    shared = {
        target["Type"].rpartition("/")[2]: held.get(_resolved(target["Target"]).lower())
        for target in targets.values()
    }
    members = {
        member: f"xl/{name}" for kind, name in _SHARED.items() if (member := shared.get(kind))
    }
    properties = next(iter(_named(workbook, "workbookPr")), None)
    flag = properties.attrib.get("date1904", "0") if properties is not None else "0"
    return Contents(tuple(sheets), members, flag in ("1", "true"))


def piece_part(number: int) -> str:
    """The member that holds a piece, counted from 0."""
    return f"xl/pieces/{number}.xml"


def written(contents: Contents, pieces: int) -> dict[str, str]:
    """The index members of a workbook whose sheets are the pieces, in order."""
    sheets = "".join(
        f'<sheet name="{at}" sheetId="{at + 1}" r:id="p{at}"/>' for at in range(pieces)
    )
    flag = ' date1904="1"' if contents.date1904 else ""
    targets = [
        *((f"p{at}", f"{_OFFICE}/worksheet", f"/{piece_part(at)}") for at in range(pieces)),
        *((kind, f"{_OFFICE}/{kind}", name) for kind, name in _SHARED.items()),
    ]
    return {
        WORKBOOK: f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{flag}/>'
        f"<sheets>{sheets}</sheets></workbook>",
        _RELATIONS: _relations(targets),
        _ROOT_RELATIONS: _relations([("r", f"{_OFFICE}/officeDocument", WORKBOOK)]),
    }


def _relations(targets: list[tuple[str, str, str]]) -> str:
    entries = "".join(
        f"<Relationship Id={quoteattr(name)} Type={quoteattr(kind)} Target={quoteattr(target)}/>"
        for name, kind, target in targets
    )
    return f'<Relationships xmlns="{_PACKAGE}">{entries}</Relationships>'


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _LARGEST:
        raise ValueError("an index of that size")
    text = archive.read(part)
    if b"<!" in text or b"\x00" in text:
        raise ValueError("a DTD, comments or another encoding")
    return ElementTree.fromstring(text)


def _named(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (entry for entry in tree.iter() if entry.tag.rpartition("}")[2] == name)


def _relation_id(sheet: ElementTree.Element) -> str:
    """The name of the relation that leads to the sheet's part; KeyError without one."""
    return {key.rpartition("}")[2]: value for key, value in sheet.attrib.items()}["id"]


def _resolved(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
