"""Jupyter's login, with a name and a role for whoever comes in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from tornado.websocket import WebSocketHandler
from traitlets import Unicode, default

from lakebook.lab.people.access import check
from lakebook.lab.people.store import People, PeopleError, Person, Role, checked_name, initials_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tornado.web import RequestHandler


@dataclass
class LabUser(User):
    """A user of Jupyter's with a role."""

    role: Role = Role.EDITOR
    #: what a cookie must show to be this user's still
    stamp: str = ""


class LabIdentityProvider(PasswordIdentityProvider):
    """Knows the owner by the server's token or password, others by the tokens of their links.

    A person who logs in with the password may say a name: then it is that person, as an editor.
    """

    owner_username = Unicode("owner", config=True, help="The user name of whom the lab belongs to.")
    owner_name = Unicode("Owner", config=True, help="The name of whom the lab belongs to.")
    people_file = Unicode(config=True, help="Whom the lab is shared with.")

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.people = People(Path(self.people_file))
        self._owner_looks: dict[str, str | None] = {}
        #: told of each WebSocket that is opened
        self.opened: Callable[[WebSocketHandler], object] = lambda _: None

    password_file = Unicode(config=True, help="The hash of the password, where there is one.")

    @default("hashed_password")
    def _kept_password(self) -> str:
        file = Path(self.password_file)
        return file.read_text().strip() if self.password_file and file.is_file() else ""

    @default("updatable_fields")
    def _what_people_choose(self) -> list[str]:
        return ["color", "initials"]

    async def get_user(self, handler: RequestHandler) -> LabUser | None:
        """Who asks; what that person may not ask for is refused here, whatever answers it."""
        user = await super()._get_user(handler)
        if user is None:
            return None
        assert isinstance(user, LabUser)
        check(handler, user.role)
        if isinstance(handler, WebSocketHandler):
            self.opened(handler)
        return user

    def is_current(self, user: LabUser) -> bool:
        """Whether a user would be let in again, with the same role."""
        known = ((one.role, one.stamp) for one in self._known(user.username, user.name))
        return (user.role, user.stamp) in known

    async def get_user_token(self, handler: RequestHandler) -> LabUser | None:
        """Whose token the address or a header shows."""
        token = self.get_token(handler)
        return self._with_token(token) if token else None

    def validate_security(self, app: Any, ssl_options: dict[str, Any] | None = None) -> None:
        """Refuse to listen where others are, without a login."""
        super().validate_security(app, ssl_options)
        if not self.auth_enabled and not is_loopback(app.ip):
            app.log.critical(
                f"The lab would be open to everybody who reaches {app.ip or 'this machine'}: leave the token as it is, "
                "or set a password with lakebook lab password."
            )
            app.exit(1)

    def process_login_form(self, handler: RequestHandler) -> LabUser | None:
        """Whom a filled login form lets in."""
        typed = handler.get_argument("password", default="")
        if self.hashed_password and self.passwd_check(typed):
            return self._named(handler.get_argument("name", default=""))
        return self._with_token(typed) if typed else None

    def identity_model(self, user: User) -> dict[str, Any]:
        """What browsers may know of a user."""
        model = super().identity_model(user)
        model.pop("stamp", None)
        return model

    def user_to_cookie(self, user: User) -> str:
        """Who it is; all else is looked up, so that what has ended since then counts no longer."""
        assert isinstance(user, LabUser)
        return json.dumps({"username": user.username, "name": user.name, "stamp": user.stamp})

    def user_from_cookie(self, cookie_value: str) -> LabUser | None:
        """Inverse of ``user_to_cookie``; None for whom the lab is no longer shared with."""
        cookie = json.loads(cookie_value)
        for user in self._known(cookie["username"], cookie["name"]):
            if compare_digest(user.stamp, cookie["stamp"]):
                return user
        return None

    def update_user_model(self, current_user: User, user_data: dict[Any, str]) -> User:
        """Keep what a person chose to be shown by."""
        assert isinstance(current_user, LabUser)
        super().update_user_model(current_user, user_data)
        if current_user.role is Role.OWNER:
            self._owner_looks = {"color": current_user.color, "initials": current_user.initials}
        else:
            self.people.change(current_user.username, current_user.color, current_user.initials)
        return current_user

    def _known(self, username: str, name: str) -> Iterator[LabUser]:
        for user in (self._owner(), self._guest(name, username), self._listed(username)):
            if user and user.username == username:
                yield user

    def _with_token(self, token: str) -> LabUser | None:
        if self.token and compare_digest(token.encode(), self.token.encode()):
            return self._owner()
        try:
            person = self.people.with_token(token)
        except PeopleError as problem:
            self.log.error("%s", problem)
            return None
        return _user(person) if person else None

    def _owner(self) -> LabUser:
        return LabUser(
            self.owner_username,
            self.owner_name,
            initials=self._owner_looks.get("initials") or initials_of(self.owner_name),
            color=self._owner_looks.get("color"),
            role=Role.OWNER,
            stamp="owner",
        )

    def generate_anonymous_user(self, handler: RequestHandler) -> LabUser:
        """Who comes in where no login is asked for."""
        return self._owner()

    def _named(self, name: str) -> LabUser | None:
        """Who has the password, by the name that was typed beside it."""
        if not name.strip() or name.strip() == self.owner_name:
            return self._owner()
        try:
            name = checked_name(name)
        except PeopleError:
            return None
        return self._guest(name, "~" + sha256(name.encode()).hexdigest()[:12])

    def _guest(self, name: str, username: str) -> LabUser | None:
        if not (self.hashed_password and username.startswith("~")):
            return None
        stamp = sha256(self.hashed_password.encode()).hexdigest()[:16]
        return LabUser(username, name, initials=initials_of(name), role=Role.EDITOR, stamp=stamp)

    def _listed(self, username: str) -> LabUser | None:
        try:
            person = self.people.get(username)
        except PeopleError as problem:
            self.log.error("%s", problem)
            return None
        return _user(person) if person else None


def is_loopback(ip: str) -> bool:
    """Whether an address is this machine's alone."""
    try:
        return ip == "localhost" or ip_address(ip).is_loopback
    except ValueError:
        return False


def _user(person: Person) -> LabUser:
    return LabUser(
        person.username,
        person.name,
        initials=person.initials or initials_of(person.name),
        color=person.color,
        role=person.role,
        stamp=person.stamp,
    )
