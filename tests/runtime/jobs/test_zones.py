import pytest

from lakebook.jobs.zones import UnknownZone, zone


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "GMT", "EST", "Etc/GMT-2", "US/Pacific", "Asia/Calcutta"])
def test_names_that_java_and_the_iana_database_share(name):
    assert zone(name).key == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berlim", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("America/New York", "did you mean America/New_York?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("PST", "did you mean America/Los_Angeles?"),
        ("GMT+2", "did you mean Etc/GMT-2?"),
        ("GMT-03:00", "did you mean Etc/GMT+3?"),
        ("GMT+05:30", "expected a name such as Europe/Berlin or UTC"),
        ("Middle-earth/Shire", "expected a name such as Europe/Berlin or UTC"),
        ("Europe", "did you mean"),
        ("../etc/passwd", "expected a name such as Europe/Berlin or UTC"),
        ("", "expected a name such as Europe/Berlin or UTC"),
    ],
)
def test_a_name_that_is_not_known_gets_a_near_one(name, hint):
    with pytest.raises(UnknownZone) as raised:
        zone(name)
    assert str(raised.value).startswith(f"{name} is no known time zone, {hint}")
