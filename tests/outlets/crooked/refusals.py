"""Files that cannot be taken in at all, each with the way out."""

import io
import zipfile

from tests.outlets.crooked.making import HEAD, Crooked, book, line, text
from tests.outlets.crooked.place import Putuo

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def _compound(stream: str) -> bytes:
    """The old container of Office files with a stream of this name in its directory."""
    return _OLE + stream.encode("utf-16-le") + b"\0" * 512


def _package(**members: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return target.getvalue()


def old_workbook(_place: Putuo) -> Crooked:
    """An .xls of 2003."""
    said = "旧版 Excel/WPS 表格（.xls/.et），不能作为表格读取；请在 WPS/Excel 中另存为 .xlsx"
    return Crooked(_compound("Workbook"), filename="台账.xls", refused=("wrong_type", said))


def wps_table_renamed(_place: Putuo) -> Crooked:
    """An .et of WPS under the name that the form asks for."""
    return Crooked(_compound("Workbook"), refused=("wrong_type", "另存为 .xlsx"))


def word_document_renamed(_place: Putuo) -> Crooked:
    """A .docx with the table in it, renamed."""
    content = _package(word__document_xml="<w:document/>", _Content_Types_xml="<Types/>")
    return Crooked(content, refused=("wrong_type", "Word"))


def open_document_renamed(_place: Putuo) -> Crooked:
    """An .ods, renamed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    return Crooked(target.getvalue(), refused=("wrong_type", "另存为 .xlsx"))


def workbook_with_macros(_place: Putuo) -> Crooked:
    """An .xlsm under its own name."""
    target = io.BytesIO(book([HEAD, line(1)]))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xcc\x61" * 500)
    refused = ("wrong_type", "启用宏的工作簿（.xlsm），不能作为表格读取；请在 WPS/Excel 中另存")
    return Crooked(target.getvalue(), filename="台账.xlsm", refused=refused)


def with_a_password(_place: Putuo) -> Crooked:
    """Protected by a password to open it."""
    return Crooked(_compound("EncryptedPackage"), refused=("encrypted", "取消密码"))


def web_page_named_xls(_place: Putuo) -> Crooked:
    """What a website calls an Excel export: a page with a table."""
    content = "<html><table><tr><td>网点名称</td></tr></table></html>".encode()
    return Crooked(content, filename="导出.xls", refused=("wrong_type", "假 Excel"))


def cut_off_on_the_way(_place: Putuo) -> Crooked:
    """A download that broke off."""
    return Crooked(book([HEAD, line(1)])[:2000], refused=("broken", ""))


def too_many_columns(_place: Putuo) -> Crooked:
    """A stray cell far to the right."""
    row = [*line(1), *[""] * 330, "x"]
    return Crooked(book([HEAD, row]), refused=("too_many_columns", "请删除右侧多余的列"))


def no_header_at_all(_place: Putuo) -> Crooked:
    """Only the rows were copied."""
    rows = [["甲便利", 3, "兰溪路1号"], ["乙便利", 4, "兰溪路2号"]]
    return Crooked(book(rows), refused=("missing_columns", "缺少必需的列：网点名称、业态"))


def a_required_column_lacks(_place: Putuo) -> Crooked:
    """No column of formats; one is called 行业种类."""
    rows = [["网点名称", "行业种类", "街道", "地址"], ["甲便利", "零售", "曹杨", "兰溪路1号"]]
    return Crooked(book(rows), refused=("missing_columns", "业态"))


def only_a_header(_place: Putuo) -> Crooked:
    """The template, not filled in."""
    return Crooked(book([HEAD]), refused=("no_rows", "表头下没有数据"))


def quotes_not_closed(_place: Putuo) -> Crooked:
    """An inch sign in a name opens a quotation that never ends."""
    content = text([HEAD, line(1)]) + '2,"10寸蛋糕,便利店,曹杨,兰溪路2号\r\n'.encode()
    return Crooked(content, filename="台账.csv", refused=("broken", "引号不成对"))


def points_without_a_system(_place: Putuo) -> Crooked:
    """From a phone's map, but nobody says which: 500 m are at stake."""
    rows = [[*HEAD, "经度", "纬度"], [*line(1), 121.405, 31.25]]
    return Crooked(book(rows), refused=("crs_missing", "第 2 行有经纬度但没有坐标系"))


def two_systems_in_one_file(_place: Putuo) -> Crooked:
    """Half of it from 百度, half from 高德."""
    rows = [
        [*HEAD, "经度", "纬度", "坐标系"],
        [*line(1), 121.405, 31.25, "高德"],
        [*line(2), 121.412, 31.256, "百度"],
    ]
    return Crooked(book(rows), refused=("crs_mixed", "第 2 行为 GCJ-02、第 3 行为 BD-09"))
