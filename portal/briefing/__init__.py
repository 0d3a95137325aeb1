"""「汇报数据」: what a leader says of the programme, on a phone and on one page (screens 11)."""
