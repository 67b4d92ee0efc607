"""Names and passwords in addresses: kept out of logs, and of command lines, which others may read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

#: up to the last @ before the path: a password may have one that is not written as %40
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")
_USER, _PASSWORD = "LAKEBOOK_GIT_USER", "LAKEBOOK_GIT_PASSWORD"
#: what git asks for a name and a password: a shell's function that has them from the environment
_HELPER = f'!f() {{ test "$1" = get && printf "username=%s\\npassword=%s\\n" "${_USER}" "${_PASSWORD}"; }}; f'


def has_user_info(text: str) -> bool:
    """Whether there is an address with a name, or a name and a password, in a text."""
    return _USER_INFO.search(text) is not None


def without_user_info(text: str) -> str:
    """A text to show: ``https://user:password@host/x`` becomes ``https://***@host/x``."""
    return _USER_INFO.sub("***@", text)


def for_git(url: str, environment: Mapping[str, str] = os.environ) -> tuple[str, dict[str, str]]:
    """An address for git's command line, and variables by which git has the name and the password that were in it.

    They are git's configuration; an address of another kind than http(s) is as it was.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.username is None:
        return url, {}
    host = parts.netloc.rpartition("@")[2]
    place = f"credential.{parts.scheme}://{host}"
    plain = urlunsplit(parts._replace(netloc=host))
    if parts.password is None:  # a helper that is set up knows the password
        return plain, _configured({f"{place}.username": unquote(parts.username)}, environment)
    variables = {_USER: unquote(parts.username), _PASSWORD: unquote(parts.password)}
    # an empty helper first: none that is set up is asked instead
    return plain, variables | _configured({"credential.helper": "", f"{place}.helper": _HELPER}, environment)


def _configured(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Settings as git reads them from the environment, after those that are there."""
    first = int(environment.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
