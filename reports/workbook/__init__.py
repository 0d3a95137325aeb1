"""The annual workbook: laid out as data, built from a 定稿, verified from its snapshot."""

from reports.workbook.build import build_annual_return
from reports.workbook.verify import Difference, verify_workbook

__all__ = ["Difference", "build_annual_return", "verify_workbook"]
