"""Time zones by their Java names, of which ``zoneinfo`` has those of the IANA database."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from zoneinfo import ZoneInfo

#: Java's short names, with what ``java.time.ZoneId.SHORT_IDS`` says they are; zoneinfo has EST, MST and HST itself
_SHORT = {
    "ACT": "Australia/Darwin",
    "AET": "Australia/Sydney",
    "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo",
    "AST": "America/Anchorage",
    "BET": "America/Sao_Paulo",
    "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare",
    "CNT": "America/St_Johns",
    "CST": "America/Chicago",
    "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa",
    "ECT": "Europe/Paris",
    "IET": "America/Indiana/Indianapolis",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "MIT": "Pacific/Apia",
    "NET": "Asia/Yerevan",
    "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix",
    "PRT": "America/Puerto_Rico",
    "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal",
    "VST": "Asia/Ho_Chi_Minh",
}
#: Java's own zones of a fixed offset, such as GMT+2 or GMT+02:00
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?(?P<sign>[+-])0?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?")


class UnknownZone(ValueError):
    """There is no such time zone; the message names a near one."""


def zone(name: str) -> ZoneInfo:
    """The time zone of this name."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = _near(name)
        hint = f"did you mean {near}?" if near else "expected a name such as Europe/Berlin or UTC"
        raise UnknownZone(f"{name} is no known time zone, {hint}") from None


def _near(name: str) -> str | None:
    if name.upper() in _SHORT:
        return _SHORT[name.upper()]
    known = sorted(zoneinfo.available_timezones())
    offset = _OFFSET.fullmatch(name.upper())
    if offset:
        sign = "-" if offset["sign"] == "+" else "+"  # these names count westwards
        exact = f"Etc/GMT{sign}{offset['hours']}"
        return exact if exact in known and not int(offset["minutes"] or 0) else None
    folded = {candidate.casefold(): candidate for candidate in known}
    cities = {candidate.rpartition("/")[2].casefold(): candidate for candidate in known if "/" in candidate}
    wanted = name.casefold().replace(" ", "_")
    for names in (folded, cities):
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.7)
        if near:
            return names[near[0]]
    return None
