"""``lakebook lab share``, ``people``, ``unshare`` and ``password``: who may come in."""

from __future__ import annotations

import argparse
import getpass
import sys
import time

from lakebook.atomic import write_bytes
from lakebook.cli import CommandError
from lakebook.config import find_workspace
from lakebook.lab.people.owner import find_owner
from lakebook.lab.people.store import People, PeopleError, Role
from lakebook.lab.place import Place, make_place
from lakebook.lab.running import find, link

HELP = (
    "Who may come in: lakebook lab share NAME [--read-only], lakebook lab people, lakebook lab unshare NAME, "
    "lakebook lab password [--remove]. A folder with such a name is opened as ./NAME."
)
_SHORTEST = 8


def run(words: list[str]) -> int:
    """Do what the words say."""
    asked = _parser().parse_args(words)
    workspace = find_workspace()
    try:
        place = make_place(workspace)
        people = People(place.people)
        if asked.action == "share":
            return _share(place, people, find_owner(workspace).username, asked)
        if asked.action == "unshare":
            print(f"{people.revoke(asked.name).name} cannot come in any more.")
            return 0
        return _people(people) if asked.action == "people" else _password(place, asked.remove)
    except PeopleError as problem:
        raise CommandError(problem) from None
    except OSError as problem:
        raise CommandError(f"{problem.filename or workspace.state} cannot be written: {problem.strerror}.") from None


ACTIONS = ("share", "people", "unshare", "password")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lakebook lab")
    actions = parser.add_subparsers(dest="action", required=True)
    share = actions.add_parser("share", help="let a person into the lab of this folder, by a link of their own")
    share.add_argument("name", help="as others see it, such as 'Ann Lee'; somebody who is in gets a new link")
    share.add_argument("--read-only", action="store_true", help="to look only, also while others work")
    actions.add_parser("people", help="say whom the lab is shared with")
    actions.add_parser("unshare", help="end a person's link").add_argument("name")
    password = actions.add_parser("password", help="let people in by a password, which is asked for, and no token")
    password.add_argument("--remove", action="store_true", help="by a token again")
    return parser


def _share(place: Place, people: People, owner: str, asked: argparse.Namespace) -> int:
    role = Role.VIEWER if asked.read_only else Role.EDITOR
    person, token = people.share(asked.name, role, owner)
    does = "look" if person.role is Role.VIEWER else "edit and run, with the rights of your account"
    print(f"This link is for {person.name} alone, to {does}. It is shown this once:")
    running = find(place)
    print(f"  {link(running.url, token) if running else link('http://…/', token)}")
    if running is None:
        print("… is the host and port at which the lab will be; lakebook lab prints them.")
    return 0


def _people(people: People) -> int:
    everybody = people.all()
    for person in everybody:
        print(f"{person.role:8}{time.strftime('%Y-%m-%d', time.localtime(person.since))}  {person.name}")
    if not everybody:
        print("The lab is shared with nobody; to share it: lakebook lab share NAME")
    return 0


def _password(place: Place, remove: bool) -> int:
    if remove:
        place.password.unlink(missing_ok=True)
        print("The lab asks for a token again, from its next start on.")
        return 0
    from jupyter_server.auth.security import passwd

    if sys.stdin.isatty():
        text = getpass.getpass("New password: ")
        if getpass.getpass("Once more: ") != text:
            raise CommandError("These are two different passwords; nothing is changed.")
    else:
        text = sys.stdin.readline().rstrip("\n")
    if len(text) < _SHORTEST:
        raise CommandError(f"A password has at least {_SHORTEST} characters; nothing is changed.")
    write_bytes(place.password, passwd(text).encode(), 0o600)
    print("The lab asks for this password from its next start on, and those who come in for their names.")
    return 0
