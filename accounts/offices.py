"""What offices are called."""

from accounts.models import Office


def short_name(office: Office) -> str:
    """The office as people of its district call it: without the district's own name in front.

    上海市普陀区人民政府曹杨新村街道办事处 → 曹杨新村街道办事处. Its district should be in hand.
    """
    place = f"{office.district.city}{office.district.name}"
    return office.name.rpartition(place)[2].removeprefix("人民政府") or office.name
