"""Which tables are pinned, at which version, and which the notebook makes itself."""

from __future__ import annotations

from pathlib import Path

from lakebook.lineage import upstream
from lakebook.lineage.changes import Changes
from lakebook.lineage.records import RecordedRun, Records
from lakebook.lineage.rows import Rows
from lakebook.lineage.schema import TABLES_MADE
from lakebook.reproduce.cell import pinning_cell
from lakebook.reproduce.pins import FirstWrite, Pins, first_writes, plan
from lakebook.tracking.tables import TableUse, TableVersion, Write
from runtime.lineage.recording import Recording, cell, table, write

ROOT = Path("/ws")
MADE = "CREATE OR REPLACE TABLE AS SELECT"


def recorded(recording: Recording, **tables: list[TableVersion]) -> RecordedRun:
    run = Records(recording.workspace).run(recording.run(cell=cell(5), **tables))
    assert run is not None
    return run


def changes(*cells: tuple[int, Write], session: str = "s") -> Changes:
    rows = Rows()
    noted = [rows.of(cell(number, session=session), TableUse([], [write]), []) for number, write in cells]
    return Changes.of_rows([row for found in noted for row in found[TABLES_MADE]])


def planned(run: RecordedRun, changes: Changes | None = None, text: str = "") -> Pins:
    return plan(run, first_writes(run, changes or Changes()), ROOT, text)


def versions(pins: Pins) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(pin.table.name or str(pin.place), pin.table.version, pin.also) for pin in pins.pins]


def test_what_was_read_is_pinned_at_the_version_that_was_read(recording: Recording) -> None:
    run = recorded(recording, training=[table("flights", 12)], possible=[table("planes", 0)])
    pins = planned(run)
    assert versions(pins) == [("default.flights", 12, ()), ("default.planes", 0, ())]
    assert pins.notes == []


def test_of_several_versions_the_one_that_was_fitted_with_is_current(recording: Recording) -> None:
    run = recorded(recording, training=[table("flights", 5)], possible=[table("flights", 3), table("flights", 9)])
    assert versions(planned(run)) == [("default.flights", 5, (3,))]


def test_a_table_that_the_notebook_makes_is_not_pinned(recording: Recording) -> None:
    for first in (write(table("features", 0)), write(table("features", 4), operation=MADE)):
        run = recorded(recording, training=[first.table])
        pins = planned(run, changes((3, first)))
        assert versions(pins) == []
        assert pins.notes == ["default.features is not pinned: the notebook makes it itself."]


def test_a_table_that_the_notebook_changes_begins_as_it_was_before(recording: Recording) -> None:
    run = recorded(recording, training=[table("features", 6)])
    appended = changes((3, write(table("features", 5))), (4, write(table("features", 6))))
    assert versions(planned(run, appended)) == [("default.features", 4, ())]


def test_a_table_that_was_read_before_it_was_replaced_begins_as_it_was_read(recording: Recording) -> None:
    run = recorded(recording, training=[table("features", 5)], possible=[table("features", 3)])
    replaced = changes((3, write(table("features", 5), operation=MADE)))
    assert versions(planned(run, replaced)) == [("default.features", 3, ())]


def test_a_table_that_is_only_appended_to_is_there_to_be_appended_to(recording: Recording) -> None:
    run = recorded(recording, written=[table("log", 8)])
    assert versions(planned(run, changes((2, write(table("log", 7))), (3, write(table("log", 8)))))) == [
        ("default.log", 6, ())
    ]


def test_what_another_session_or_a_later_cell_wrote_is_an_input(recording: Recording) -> None:
    run = recorded(recording, training=[table("features", 4)])
    assert versions(planned(run, changes((3, write(table("features", 4))), session="another"))) == [
        ("default.features", 4, ())
    ]
    assert versions(planned(run, changes((6, write(table("features", 4)))))) == [("default.features", 4, ())]


def test_where_the_notes_are_lost_the_run_s_own_tag_tells_what_was_written(recording: Recording) -> None:
    run = recorded(
        recording,
        training=[table("made", 0), table("changed", 4)],
        written=[table("made", 0), table("changed", 4)],
    )
    assert first_writes(run, Changes()) == {
        "file:/lake/made": FirstWrite(table("made", 0), replaces=True),
        "file:/lake/changed": FirstWrite(table("changed", 4), replaces=False),
    }
    assert versions(planned(run)) == [("default.changed", 3, ())]


def test_a_table_read_by_a_relative_path_is_at_the_same_place_of_the_folder(recording: Recording) -> None:
    run = recorded(recording, training=[TableVersion("", "/ws/work/prices", 2, "p")])
    assert versions(planned(run, text="DeltaTable('prices')")) == [("work/prices", 2, ())]


def test_a_table_read_by_its_whole_path_is_not_pinned(recording: Recording) -> None:
    run = recorded(
        recording, training=[TableVersion("", "/data/prices", 2, "p"), TableVersion("", "/ws/prices", 3, "q")]
    )
    pins = planned(run, text="DeltaTable('/ws/prices')")
    assert versions(pins) == []
    assert pins.notes == [
        "/data/prices is not pinned where the notebook reads it by its path: then that was version 2, now it is the newest.",
        "/ws/prices is not pinned where the notebook reads it by its path: then that was version 3, now it is the newest.",
    ]
    assert pins.written_outside == []


def test_a_table_of_the_catalog_in_the_workspace_is_found_by_its_path_too(recording: Recording) -> None:
    inside, kept = TableVersion("default.a", "/ws/lake/a", 2, ""), TableVersion("default.b", "/ws/.lakebook/w/b", 3, "")
    pins = planned(recorded(recording, training=[inside, kept]), text="DeltaTable('/ws/lake/a')")
    assert [str(pin.place) for pin in pins.pins] == ["lake/a", ".lakebook/reproduced/default.b"]
    assert len(pins.notes) == 1
    assert pins.notes[0].startswith("/ws/lake/a is not pinned where the notebook reads it by its path")


def test_what_the_notebook_would_write_to_outside_the_folder_is_noticed(recording: Recording) -> None:
    written = [TableVersion("", "/data/out", 2, "p"), table("inside", 0)]
    run = recorded(recording, written=written)
    assert planned(run, text="write_deltalake('/data/out', frame)").written_outside == ["/data/out"]
    assert planned(run, text="write_deltalake('/data/outside', frame)").written_outside == []


def test_the_first_cell_makes_the_tables_in_the_catalog(recording: Recording) -> None:
    remote = TableVersion("sales.o`rders", "s3a://bucket/orders", 7, "o")
    run = recorded(recording, training=[table("flights", 12), remote, TableVersion("", "/ws/prices", 2, "p")])
    assert pinning_cell(planned(run).pins, "r1", Path("/an's/again")) == (
        "%sql\n"
        "-- The tables that run r1 read, each at the version that it read.\n"
        "CREATE SCHEMA IF NOT EXISTS `sales`;\n"
        "CREATE TABLE IF NOT EXISTS `default`.`flights` USING delta "
        "LOCATION 'file:/an\\'s/again/.lakebook/reproduced/default.flights';\n"
        "CREATE TABLE IF NOT EXISTS `sales`.`o``rders` SHALLOW CLONE delta.`s3a://bucket/orders` VERSION AS OF 7;\n"
        "SELECT 'default.flights' AS `table`, 12 AS version, count(*) AS rows FROM `default`.`flights` VERSION AS OF 12\n"
        "UNION ALL SELECT 'sales.o`rders' AS `table`, 7 AS version, count(*) AS rows "
        "FROM `sales`.`o``rders` VERSION AS OF 0;\n"
    )


def test_without_a_table_that_has_a_name_there_is_no_such_cell(recording: Recording) -> None:
    run = recorded(recording, training=[TableVersion("", "/ws/prices", 2, "p")])
    assert pinning_cell(planned(run).pins, "r1", ROOT) == ""


def test_what_lineage_says_of_the_run_is_what_is_pinned(recording: Recording) -> None:
    run = recorded(recording, training=[table("flights", 12)])
    (above,) = upstream(recording.workspace, run.run_id).nodes[0].nodes
    assert [(above.thing.name, above.thing.version, ())] == versions(planned(run))  # type: ignore[union-attr]
