"""One attempt to send a delivery: a signed POST, and what came of it in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from lakebook import __version__
from lakebook.tracking.webhooks import signing
from lakebook.tracking.webhooks.outbox import Outcome
from lakebook.tracking.webhooks.settings import Settings


def send(url: str, secret: str | None, delivery: str, body: str, settings: Settings) -> Outcome:
    """Send a body and wait for the answer's first line. Whatever goes wrong is said in the outcome.

    Redirects are not followed: an event goes to the address that was given, or nowhere. Without a secret it is not
    signed.
    """
    import requests  # MLflow's; a command that sends nothing does without
    import urllib3

    now = time.time()
    data = body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"lakebook/{__version__}",
        **(signing.headers(secret, delivery, data, now) if secret else {signing.DELIVERY: delivery}),
    }
    try:
        with requests.Session() as session:
            session.trust_env = not _is_loopback(url)  # a proxy cannot reach this machine's own receivers
            session.auth = _as_it_is
            answer = session.post(
                url, data=data, headers=headers, timeout=settings.timeout, allow_redirects=False, stream=True
            )
            answer.close()
    except requests.Timeout:
        return Outcome(None, f"no answer within {settings.timeout:g} s")
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
        return Outcome(None, _reason(problem))
    if 200 <= answer.status_code < 300:
        return Outcome(answer.status_code)
    redirect = ", a redirect, which is not followed" if answer.is_redirect else ""
    wait = min(_asked_wait(answer.headers.get("Retry-After", ""), now), settings.longest_wait)
    return Outcome(answer.status_code, f"HTTP {answer.status_code} {answer.reason or ''}".rstrip() + redirect, wait)


def _as_it_is(request: Any) -> Any:
    """Keeps ``requests`` from adding a password of ``~/.netrc``."""
    return request


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")


def _asked_wait(header: str, now: float) -> float:
    """Seconds that ``Retry-After`` asks for, as a number or a date; 0 when it does not say."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, OverflowError):
        return 0.0


#: how the classes of ``requests`` and ``urllib3`` begin what they say, and what a user reads instead
_WORDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("SSLError", lambda text: f"its certificate is not accepted ({text})"),
    ("ProxyError", lambda text: f"the proxy does not let it through ({text})"),
    ("RemoteDisconnected", lambda text: "it closed the connection without an answer"),
    ("NameResolutionError", lambda text: "its host's name is not known here"),
)


def _reason(problem: BaseException) -> str:
    chain = list(_chain(problem))
    for name, words in _WORDS:
        for cause in chain:
            if type(cause).__name__ == name:
                return words(_innermost(chain))
    return f"it cannot be reached ({_innermost(chain)})"


def _innermost(chain: list[BaseException]) -> str:
    """What the system or, failing that, the last cause says."""
    of_system = next((cause.strerror for cause in chain if isinstance(cause, OSError) and cause.strerror), None)
    return of_system or str(chain[-1]) or type(chain[-1]).__name__


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, also where it only holds that as its argument."""
    seen: set[int] = set()
    current: BaseException | None = problem
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        held = getattr(current, "reason", None) or next(iter(current.args), None)
        inner = held if isinstance(held, BaseException) else None
        current = inner or current.__cause__ or current.__context__
