"""What the acts of subsidies are called; its registers are pages of their own."""

from django.utils.translation import gettext_lazy

from core.admin import label_acts, label_moves
from subsidies.workflow.applications import APPLICATION
from subsidies.workflow.money import CLAWBACK, ORDER, PAYMENT_LIST
from subsidies.workflow.policies import POLICY
from subsidies.workflow.rounds import ROUND

label_moves(POLICY, gettext_lazy("扶持政策"))
label_moves(ROUND, gettext_lazy("资金批次"))
label_moves(APPLICATION, gettext_lazy("扶持申报"))
label_moves(ORDER, gettext_lazy("预算调整"))
label_moves(PAYMENT_LIST, gettext_lazy("拨付清单"))
label_moves(CLAWBACK, gettext_lazy("资金追回"))
label_acts(
    {
        "subsidies.create_policy": gettext_lazy("新建扶持政策"),
        "subsidies.copy_policy": gettext_lazy("复制扶持政策为新版"),
        "subsidies.import_policy": gettext_lazy("导入扶持政策"),
        "subsidies.change_policy": gettext_lazy("修改扶持政策"),
        "subsidies.add_policy_item": gettext_lazy("增加支持条款"),
        "subsidies.change_policy_item": gettext_lazy("修改支持条款"),
        "subsidies.arrange_policy_items": gettext_lazy("调整支持条款次序"),
        "subsidies.create_round": gettext_lazy("新建资金批次"),
        "subsidies.change_round": gettext_lazy("修改资金批次"),
        "subsidies.record_meeting": gettext_lazy("登记集体审议"),
        "subsidies.receive_objection": gettext_lazy("登记公示异议"),
        "subsidies.uphold_objection": gettext_lazy("异议成立"),
        "subsidies.dismiss_objection": gettext_lazy("异议不成立"),
        "subsidies.create_application": gettext_lazy("建立扶持申报"),
        "subsidies.change_application": gettext_lazy("修改扶持申报"),
        "subsidies.provide_evidence": gettext_lazy("上传申报材料"),
        "subsidies.remove_evidence": gettext_lazy("移除申报材料"),
        "subsidies.mark_evidence": gettext_lazy("核验申报材料"),
        "subsidies.correct_facts": gettext_lazy("填写审定数据"),
        "subsidies.correct_account": gettext_lazy("更正收款账户"),
        "subsidies.record_check": gettext_lazy("登记核查记录"),
        "subsidies.open_fund": gettext_lazy("开设专项资金"),
        "subsidies.open_line": gettext_lazy("开设预算指标"),
        "subsidies.create_order": gettext_lazy("新建预算调整"),
        "subsidies.change_order": gettext_lazy("修改预算调整"),
        "subsidies.remove_order": gettext_lazy("删除预算调整草稿"),
        "subsidies.reserve_commitments": gettext_lazy("落实本年度承诺"),
        "subsidies.check_budgets": gettext_lazy("核对预算流水"),
        "subsidies.confirm_condition": gettext_lazy("核实拨付条件"),
        "subsidies.create_payment_list": gettext_lazy("编制拨付清单"),
        "subsidies.add_to_payment_list": gettext_lazy("列入拨付清单"),
        "subsidies.remove_from_payment_list": gettext_lazy("移出拨付清单"),
        "subsidies.ask_payment_list": gettext_lazy("提请审签拨付清单"),
        "subsidies.preview_payments": gettext_lazy("比对拨付结果"),
        "subsidies.confirm_payments": gettext_lazy("拨付结果入账"),
        "subsidies.drop_payments": gettext_lazy("放弃拨付结果导入"),
        "subsidies.record_payment": gettext_lazy("登记拨付"),
        "subsidies.ask_clawback": gettext_lazy("提出追回"),
        "subsidies.measure_effects": gettext_lazy("测算扶持成效"),
    }
)
