"""``/api/lakebook/people``: whom the lab is shared with, for its owner."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from lakebook.lab.people.identity import LabIdentityProvider, LabUser
from lakebook.lab.people.store import PeopleError, Person, Role


class PeopleHandler(APIHandler):
    """``GET`` lists them; ``POST`` with ``name`` and ``role`` lets somebody in and answers with a link."""

    auth_resource = "people"

    @web.authenticated
    def get(self) -> None:
        """List everybody."""
        provider = owners(self)
        try:
            self.finish(json.dumps({"people": [model(person) for person in provider.people.all()]}))
        except PeopleError as problem:
            self.fail(HTTPStatus.INTERNAL_SERVER_ERROR, problem)

    @web.authenticated
    def post(self) -> Any:
        """Let somebody in."""
        provider = owners(self)
        asked = self.get_json_body()
        try:
            if not isinstance(asked, dict) or not isinstance(asked.get("name"), str):
                raise PeopleError('A JSON object with a "name" is expected.')
            person, token = provider.people.share(asked["name"], role(asked.get("role")), provider.owner_username)
        except PeopleError as problem:
            return self.fail(HTTPStatus.BAD_REQUEST, problem)
        self.set_status(HTTPStatus.CREATED)
        return self.finish(json.dumps({**model(person), "path": f"{self.base_url}lab?token={token}"}))

    def fail(self, status: HTTPStatus, problem: PeopleError) -> None:
        """Answer with one sentence."""
        self.set_status(status)
        self.finish(json.dumps({"message": str(problem)}))


class PersonHandler(PeopleHandler):
    """``DELETE`` ends a person's link."""

    @web.authenticated
    def delete(self, username: str) -> Any:
        """Put somebody out."""
        provider = owners(self)
        try:
            provider.people.revoke(username)
        except PeopleError as problem:
            return self.fail(HTTPStatus.NOT_FOUND, problem)
        self.set_status(HTTPStatus.NO_CONTENT)
        return self.finish()


def owners(handler: APIHandler) -> LabIdentityProvider:
    """Who lets people in, asked by the owner. Raises ``HTTPError`` for anybody else."""
    provider, user = handler.identity_provider, handler.current_user
    if isinstance(provider, LabIdentityProvider) and isinstance(user, LabUser) and user.role is Role.OWNER:
        return provider
    raise web.HTTPError(HTTPStatus.FORBIDDEN, "Only whom the lab belongs to shares it.")


def role(value: Any) -> Role:
    """A role that is asked for. Raises ``PeopleError``."""
    if value in (None, Role.EDITOR, Role.VIEWER):
        return Role(value or Role.EDITOR)
    raise PeopleError('A role is "editor" or "viewer".')


def model(person: Person) -> dict[str, Any]:
    """What is told of a person."""
    return {"username": person.username, "name": person.name, "role": person.role, "since": person.since}
