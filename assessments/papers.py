"""The printed report of a circle's evaluation (Word): what a grade rests on, as it was kept."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.gates import MET, UNMET
from assessments.grading import BLOCKED, lowest_state, missing_text, proposed_word
from assessments.models import Grade
from core.word import OfficialDocument

NOTHING = "—"


def evaluation_document(grade: Grade) -> OfficialDocument:
    """分级分类评价报告: from the explanation kept with the grade, not from today's tables."""
    told = grade.explanation
    document = OfficialDocument()
    document.title(f"{grade.circle.name}\n{_('分级分类评价报告')}")
    document.subtitle(_("（%(year)d年度）") % {"year": grade.year})
    if not told.get("standard", {}).get("is_official"):
        document.note(_("评价标准待区商务委确认。"))
    document.heading(_("一、基本情况"))
    document.table([_("项目"), _("内容")], _facts(grade), widths=(2, 5))
    document.heading(_("二、评定结论"))
    for line in _conclusion(grade):
        document.paragraph(line)
    document.heading(_("三、各等级条件"))
    document.table(
        [_("等级"), _("条件"), _("现状"), _("结果")], _gates(told), widths=(1.2, 3.4, 2.8, 1.3)
    )
    document.heading(_("四、业态“有没有”"))
    for line in _presence(told.get("figures", {})):
        document.paragraph(line)
    document.heading(_("五、服务“好不好”"))
    document.table(
        [_("维度"), _("项目"), _("满分"), _("得分"), _("依据")],
        _items(told.get("score", {})),
        widths=(1.3, 2.6, 0.8, 0.8, 2.6),
    )
    document.heading(_("六、居民满意度"))
    document.paragraph(_opinion(told))
    if told.get("notes"):
        document.note(_("说明：%(notes)s。") % {"notes": "；".join(told["notes"])})
    if grade.sha256:
        document.note(_("审定所依据内容的摘要（SHA-256）：%(digest)s") % {"digest": grade.sha256})
    if grade.is_sample:
        document.sample_mark()
    return document


def _facts(grade: Grade) -> list[tuple[Any, Any]]:
    told, circle = grade.explanation, grade.circle
    standard, release = told.get("standard") or {}, told.get("release") or {}
    survey, cards = told.get("survey") or {}, told.get("cards") or {}
    version = _("第%(n)s版") % {"n": standard.get("number", "")}
    return [
        (_("生活圈编码"), circle.code),
        (_("主报街镇"), circle.lead_street.name),
        (_("评价类型"), grade.evaluation.get_kind_display()),
        (_("评价标准"), f"{standard.get('name', '')} {version}"),
        (_("统计截止日"), release.get("cutoff") or NOTHING),
        (_("满意度调查"), survey.get("name") or _("未开展")),
        (
            _("专家评分表"),
            _("沿用%(year)s年") % {"year": cards["carried_from"]}
            if cards.get("carried_from")
            else _("%(n)s 份") % {"n": cards.get("counted", 0)},
        ),
    ]


def _conclusion(grade: Grade) -> list[str]:
    told = grade.explanation
    proposed = proposed_word(grade.proposed_level, lowest_state(told))
    lines = [_("拟评等级：%(level)s。%(rule)s") % {"level": proposed, "rule": told.get("rule", "")}]
    if grade.score is None:
        score = told.get("score", {})
        lines.append(
            _("评价得分：项目未全部计分，已计分部分 %(known)s 分（满分 %(scored)s 分）。")
            % {"known": score.get("known", NOTHING), "scored": score.get("scored", NOTHING)}
        )
    else:
        lines.append(_("评价得分：%(score)s 分。") % {"score": grade.score})
    if further := missing_text(told):
        lines.append(_("距上一等级：%(what)s。") % {"what": further})
    if grade.outcome:
        lines.append(
            _("审定等级：%(outcome)s（%(adjustment)s），审定日期 %(day)s。")
            % {
                "outcome": grade.get_outcome_display(),
                "adjustment": grade.get_adjustment_display() or NOTHING,
                "day": grade.decided_on,
            }
        )
        if grade.reason:
            lines.append(_("审定说明：%(reason)s") % {"reason": grade.reason})
    else:
        lines.append(_("尚未审定（%(state)s）。") % {"state": grade.get_state_display()})
    return lines


def _gates(told: Any) -> list[tuple[Any, ...]]:
    words = {MET: _("满足"), UNMET: _("不满足")}
    rows = []
    for level in told.get("levels", ()):
        for gate in level["gates"]:
            word = words.get(gate["state"], _("情况不明"))
            rows.append((level["name"], gate["wanted"], gate["is"], word))
        if level["state"] == BLOCKED:
            rows.append((level["name"], NOTHING, NOTHING, _("下一级条件未满足")))
    return rows


def _presence(figures: Any) -> list[str]:
    lines = []
    for category, name in (("basic", _("基本保障类")), ("quality", _("品质提升类"))):
        kinds = figures.get(category)
        if kinds:
            lines.append(
                _("%(name)s：具备 %(present)d 类，无 %(absent)d 类，情况不明 %(unknown)d 类，"
                  "目录共 %(total)d 类。") % {"name": name, **kinds}
            )  # fmt: skip
    for key, text in (("absent", _("缺失：%(names)s。")), ("unknown", _("情况不明：%(names)s。"))):
        if names := figures.get(key):
            lines.append(text % {"names": "、".join(names)})
    return lines or [_("未填分型表。")]


def _items(score: Any) -> list[tuple[Any, ...]]:
    rows = []
    for dimension in score.get("dimensions", ()):
        for item in dimension["items"]:
            points = _("缺数据") if item["points"] is None else item["points"]
            basis = item["figure"] or item["source"]
            rows.append((dimension["name"], item["name"], item["full"], points, basis))
        total = dimension["points"] or NOTHING
        rows.append((dimension["name"], _("小计"), dimension["full"], total, ""))
    return rows


def _opinion(told: Any) -> str:
    found = told.get("figures", {}).get("satisfaction")
    if not found:
        return _("本年度未开展居民满意度调查。")
    if found.get("withheld"):
        return _("数据不公布") + "。"
    if found["share"] is None:
        return _("有效问卷不足 %(n)s 份，不列满意度。") % {"n": found["enough"]}
    return _("有效问卷 %(n)s 份，居民综合满意度 %(share)s，居民基本满意度 %(basic)s。") % found
