"""Personal data as lists and exports show it."""

MARK = "*"


def mask_name(name: str) -> str:
    """The first character stays: 张三丰 → 张**."""
    return name[:1] + MARK * (len(name) - 1)


def mask_phone(number: str) -> str:
    """Of a mobile number the first three and last four digits stay, of a shorter one the last two.

    13812345678 → 138****5678; 62345678 → ******78.
    """
    if len(number) >= 11:
        return number[:3] + MARK * (len(number) - 7) + number[-4:]
    return MARK * max(0, len(number) - 2) + number[-2:] if len(number) > 2 else MARK * len(number)
