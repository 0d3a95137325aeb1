"""一页纸: the briefing on one A4 page."""

from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer, Table, TableStyle

from core.pdf import MARGIN, font_name, one_page
from portal.briefing.figures import Briefing, Card, day_text

BRAND = colors.HexColor("#0f6e7a")
INK = colors.HexColor("#1f2933")
MUTED = colors.HexColor("#5b6770")
LINE = colors.HexColor("#d5dde4")
WARN = colors.HexColor("#a15c00")
WIDTH = 210 * mm - 2 * MARGIN


def paper(briefing: Briefing) -> bytes:
    """The page as PDF; 演示数据 stands at its head and across it."""
    title = _("%(district)s一刻钟便民生活圈建设情况") % {"district": briefing.district.name}
    return one_page(
        [
            Paragraph(escape(title), _style(19, centred=True, leading=26)),
            Paragraph(escape(_told(briefing)), _style(9.5, MUTED, centred=True)),
            *_warning(briefing),
            Spacer(0, 4 * mm),
            _table(briefing),
            *_section(_("汇报用语"), [_spoken(card) for card in briefing.cards if card.sentence]),
            *_section(_("三个亮点"), [_highlight(item) for item in briefing.highlights]),
            *_section(_("三个短板"), [_weakness(gap) for gap in briefing.weaknesses]),
        ],
        title=title,
        foot=_("数据来源：平台定稿数据　测算批次 %(run)s") % {"run": briefing.run.pk},
        mark=_("演示数据") if briefing.is_sample else "",
        author=_("上海市普陀区商务委员会"),
    )


def _told(briefing: Briefing) -> str:
    return _("统计截止日 %(day)s　%(purpose)s定稿　%(who)s签发") % {
        "day": day_text(briefing.run.as_of),
        "purpose": briefing.release.get_purpose_display(),
        "who": briefing.release.by_label,
    }


def _warning(briefing: Briefing) -> list[Any]:
    if not briefing.is_sample:
        return []
    text = _("演示数据：由演示程序生成，不代表实际情况，不得对外引用。")
    return [Spacer(0, 2 * mm), Paragraph(escape(text), _style(10, WARN, centred=True))]


def _table(briefing: Briefing) -> Table:
    head = [_("指标"), _("数值"), _("较上次"), _("同比"), _("目标和说明")]
    rows = [[Paragraph(escape(text), _style(9, MUTED)) for text in head]]
    rows += [_row(card) for card in briefing.cards]
    table = Table(rows, colWidths=[share * WIDTH for share in (0.2, 0.2, 0.16, 0.16, 0.28)])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                ("LINEABOVE", (0, 0), (-1, 0), 1.2, BRAND),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def _row(card: Card) -> list[Paragraph]:
    changes = {one["word"]: one["text"] for one in card.changes}
    value = f'{escape(card.value_text)}<font size="9"> {escape(card.unit)}</font>'
    beside = "　".join(f"{one['label']} {one['text']}" for one in card.more)
    told = [card.target.get("target_text", ""), card.target.get("status_word", ""), beside]
    told += _marks(card)
    return [
        Paragraph(escape(card.label), _style(10.5)),
        Paragraph(value, _style(16, BRAND, leading=20)),
        Paragraph(escape(changes.get(_("较上次"), "—")), _style(9.5)),
        Paragraph(escape(changes.get(_("同比"), "—")), _style(9.5)),
        Paragraph(escape("；".join(text for text in told if text)), _style(8.5, MUTED)),
    ]


def _marks(card: Card) -> list[str]:
    words = {
        "unconfirmed": _("口径待区商务委确认"),
        "partial": _("数据不全，仅供参考"),
    }
    return [words[tag] for tag in card.tags if tag in words]


def _section(title: str, lines: list[str]) -> list[Any]:
    told = lines or [escape(_("暂无。"))]
    return [
        Spacer(0, 5 * mm),
        Paragraph(escape(title), _style(12.5, BRAND, leading=18)),
        *(
            Paragraph(f"{number}. {line}", _style(10, leading=16))
            for number, line in enumerate(told, 1)
        ),
    ]


def _spoken(card: Card) -> str:
    return escape(card.sentence)


def _highlight(item: Any) -> str:
    told = f"{item.title}（{item.office}，{item.happened_on:%Y-%m-%d}）"
    return escape(told + (_("〔演示数据〕") if item.is_sample else ""))


def _weakness(gap: dict[str, Any]) -> str:
    return escape(
        _("%(circle)s（%(street)s）%(format)s%(state)s，%(people)s步行时限内到不了")
        % {
            "circle": gap["circle"],
            "street": gap["street"],
            "format": gap["format"],
            "state": gap["state_word"],
            "people": gap["residents_text"],
        }
    )


def _style(
    size: float, colour: Any = INK, *, centred: bool = False, leading: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{colour}-{centred}-{leading}",
        fontName=font_name(),
        fontSize=size,
        leading=leading or size * 1.4,
        textColor=colour,
        wordWrap="CJK",
        **({"alignment": TA_CENTER} if centred else {}),
    )
