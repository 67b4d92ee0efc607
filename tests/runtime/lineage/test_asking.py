"""Lineage in both directions: from a model to the tables it came from, and from a table to what was made from it."""

from __future__ import annotations

import json
import shutil

import pytest

from lakebook import lineage
from lakebook.config import Workspace
from lakebook.lineage.facts import RunFacts
from lakebook.lineage.schema import TABLES_MADE
from lakebook.lineage.shown import as_json, text
from lakebook.lineage.tree import Cell, Model, Run, Table, Tree
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.tables import TableVersion
from runtime.lineage.recording import COMMIT, Recording, cell, table, write

FLIGHTS, PLANES, FEATURES = table("flights", 12), table("planes", 0), table("features", 4)


def up(workspace: Workspace, what: str, version: int | None = None) -> list[str]:
    """What is above a thing, as it is printed."""
    return text(Tree(lineage.upstream(workspace, what, version), None)).splitlines()


def down(workspace: Workspace, what: str, version: int | None = None) -> list[str]:
    return text(Tree(None, lineage.downstream(workspace, what, version))).splitlines()


def error(workspace: Workspace, what: str) -> str:
    with pytest.raises(TrackingError) as failed:
        lineage.of(what, workspace=workspace)
    return str(failed.value)


@pytest.fixture
def told(recording: Recording) -> Recording:
    """``features`` was made from ``flights``, a run was fitted with it and became ``models:/delays/1``."""
    recording.noted(cell(3), write(FEATURES, FLIGHTS, operation="CREATE OR REPLACE TABLE AS SELECT"))
    commit = {"mlflow__source__git__commit": COMMIT, "lakebook__git__dirty": "true"}
    run_id = recording.run(training=[FEATURES], possible=[PLANES], **commit)
    recording.register("delays", run_id, alias="champion")
    return recording


# --- up


def test_a_model_s_run_cell_commit_and_tables_are_above_it(told: Recording) -> None:
    (version,) = told.client.search_model_versions("name = 'delays'")
    assert up(told.workspace, "models:/delays/1") == [
        "models:/delays/1 (champion)",
        f"  run gentle-snail-42, {version.run_id}, 2026-01-31 12:00 UTC by ann",
        "    delays.ipynb, cell 5 (python), commit 1a2b3c4d5e with uncommitted changes",
        "      default.features@4 (training)",
        "        prepare.ipynb, cell 3 (sql): CREATE OR REPLACE TABLE AS SELECT, 2026-01-31 12:03 UTC by ann",
        "          default.flights@12 (direct)",
        "      default.planes@0 (possible)",
    ]


def test_the_parts_of_the_tree_have_names(told: Recording) -> None:
    model = lineage.upstream(told.workspace, "models:/delays/1")
    (run,) = model.nodes
    (fitted,) = run.nodes
    features, planes = fitted.nodes
    assert model.thing == Model("delays", 1, ("champion",))
    assert isinstance(run.thing, Run) and run.thing.name == "gentle-snail-42"
    assert isinstance(fitted.thing, Cell) and (fitted.thing.commit, fitted.thing.dirty) == (COMMIT, True)
    assert (features.role, features.thing) == (
        "training",
        Table("default.features", "file:/lake/features", 4, "id-features"),
    )
    assert (planes.role, planes.nodes) == ("possible", ())


@pytest.mark.parametrize("what", ["models:/delays@champion", "models:/delays/latest", "models:/delays/1"])
def test_a_version_is_named_as_mlflow_names_it(told: Recording, what: str) -> None:
    assert up(told.workspace, what)[0] == "models:/delays/1 (champion)"


def test_a_run_is_asked_about_by_its_id(told: Recording) -> None:
    (version,) = told.client.search_model_versions("name = 'delays'")
    below_the_model = [line[2:] for line in up(told.workspace, "models:/delays/1")[1:]]
    for what in (f"runs:/{version.run_id}", f"runs:/{version.run_id}/model", version.run_id):
        assert up(told.workspace, what) == below_the_model


def test_a_run_made_by_no_notebook_has_its_tables_right_above_it(recording: Recording) -> None:
    run_id = recording.run(training=[FEATURES], lakebook__notebook="", mlflow__source__name="")
    assert up(recording.workspace, run_id)[1:] == ["  default.features@4 (training)"]
    assert up(recording.workspace, run_id)[0].endswith("by ann: it was made by no notebook")


def test_a_deleted_run_is_still_above_its_model(told: Recording) -> None:
    (version,) = told.client.search_model_versions("name = 'delays'")
    told.client.delete_run(version.run_id)
    assert len(up(told.workspace, "models:/delays/1")) == 7


def test_of_a_run_that_is_gone_its_id_is_left(recording: Recording) -> None:
    recording.register("delays", "0" * 32)
    assert up(recording.workspace, "models:/delays/1")[1:] == [f"  run {'0' * 32}: the run is no longer there"]


def test_a_model_that_no_run_made_says_so(recording: Recording) -> None:
    recording.register("delays", None)
    assert up(recording.workspace, "models:/delays/1") == ["models:/delays/1: MLflow does not say which run made it"]


def test_what_a_table_was_made_from_goes_on_to_its_first_source(recording: Recording) -> None:
    recording.noted(cell(1), write(table("clean", 0), table("raw", 7)))
    recording.noted(cell(2), write(table("features", 0), table("clean", 0)))
    assert up(recording.workspace, "table features") == [
        "default.features",
        "  prepare.ipynb, cell 2 (sql): WRITE, 2026-01-31 12:02 UTC by ann",
        "    default.clean@0 (direct)",
        "      prepare.ipynb, cell 1 (sql): WRITE, 2026-01-31 12:01 UTC by ann",
        "        default.raw@7 (direct)",
    ]


def test_a_version_is_made_by_what_was_written_until_then(recording: Recording) -> None:
    recording.noted(cell(1), write(table("features", 0), table("a", 0)))
    recording.noted(cell(2), write(table("features", 1), table("b", 0)))
    assert up(recording.workspace, "table features", 0)[2:] == ["    default.a@0 (direct)"]
    assert [line for line in up(recording.workspace, "table features") if "@" in line] == [
        "    default.b@0 (direct)",
        "    default.a@0 (direct)",
    ]


def test_what_was_replaced_is_not_above_a_table(recording: Recording) -> None:
    recording.noted(cell(1), write(table("features", 0), table("a", 0)))
    recording.noted(cell(2), write(table("features", 1), table("b", 0), operation="CREATE OR REPLACE TABLE AS SELECT"))
    recording.noted(cell(3), write(table("features", 2), table("c", 0)))
    assert [line for line in up(recording.workspace, "table features") if "@" in line] == [
        "    default.c@0 (direct)",
        "    default.b@0 (direct)",
    ]


def test_a_thousand_appends_by_one_cell_are_one_line(recording: Recording) -> None:
    for number in range(1000):
        recording.noted(cell(number, cell_id="c1"), write(table("features", number), table("flights", number)))
    assert [
        line.partition(",")[0] + line.partition("times")[1] for line in up(recording.workspace, "table features")
    ] == [
        "default.features",
        "  prepare.ipynbtimes",
        "    default.flights@999 and 999 earlier versions (direct)",
    ]


def test_a_possible_source_is_followed_where_there_is_no_direct_one(recording: Recording) -> None:
    recording.noted(cell(1), write(table("clean", 0), table("raw", 0)))
    recording.noted(cell(2), read=[table("clean", 0)])
    recording.noted(cell(3), write(table("by_pandas", 0)))
    recording.noted(cell(4), write(table("by_sql", 0), table("other", 0)))
    assert [line.strip() for line in up(recording.workspace, "table by_pandas") if "@" in line] == [
        "default.clean@0 (possible)",
        "default.raw@0 (direct)",
    ]
    assert [line.strip() for line in up(recording.workspace, "table by_sql") if "@" in line] == [
        "default.other@0 (direct)",
        "default.clean@0 (possible)",
    ]


def test_a_table_that_came_from_its_own_descendant_ends(recording: Recording) -> None:
    recording.noted(cell(1), write(table("b", 0), table("a", 0, "first")))
    recording.noted(cell(2), write(table("a", 0, "second"), table("b", 0)))
    recording.noted(cell(3), write(table("a", 1, "second"), table("b", 0), table("a", 0, "second")))
    assert [line.strip() for line in up(recording.workspace, "table a") if "@" in line] == [
        "default.b@0 (direct)",
        "default.a@0 (direct)",
        "default.b@0 (direct): see above",
    ]
    assert down(recording.workspace, "table a")[0] == "default.a"


def test_where_no_id_is_known_a_cycle_ends_too(recording: Recording) -> None:
    for number in range(4):
        target, source = ("b", "a") if number % 2 else ("a", "b")
        version = 3 - number // 2
        recording.noted(cell(number), write(table(target, version, ""), table(source, version, "")))
    assert any("see above" in line for line in up(recording.workspace, "table a"))
    assert any("see above" in line for line in down(recording.workspace, "table a"))


def test_a_long_way_up_is_cut_with_the_command_that_goes_on(recording: Recording) -> None:
    for day in range(1, 400):
        recording.noted(cell(day), write(table(f"day{day}", 0), table(f"day{day - 1}", 0)))
    last = up(recording.workspace, "table day399")[-1].strip()
    assert last == "default.day339@0 (direct): there is more: lakebook lineage table default.day339 --up"


def test_a_table_that_is_the_source_of_two_stands_there_at_length_once(recording: Recording) -> None:
    recording.noted(cell(1), write(table("clean", 0), table("raw", 0)))
    recording.noted(cell(2), write(table("x", 0), table("clean", 0)))
    recording.noted(cell(3), write(table("y", 0), table("clean", 0)))
    recording.noted(cell(4), write(table("both", 0), table("x", 0), table("y", 0)))
    lines = [line.strip() for line in up(recording.workspace, "table both")]
    assert lines.count("default.raw@0 (direct)") == 1
    assert lines[-1] == "default.clean@0 (direct): see above"


# --- down


def test_a_table_s_tables_runs_and_models_are_below_it(told: Recording) -> None:
    (version,) = told.client.search_model_versions("name = 'delays'")
    assert down(told.workspace, "table flights") == [
        "default.flights",
        "  prepare.ipynb, cell 3 (sql): CREATE OR REPLACE TABLE AS SELECT, 2026-01-31 12:03 UTC by ann",
        "    default.features@4 (direct)",
        f"      run gentle-snail-42, {version.run_id}, 2026-01-31 12:00 UTC by ann (training)",
        "        models:/delays/1 (champion)",
    ]
    assert down(told.workspace, "table planes")[1].endswith("(possible)")


def test_only_what_was_made_from_the_version(told: Recording) -> None:
    assert down(told.workspace, "table flights", 11) == ["default.flights@11: nothing was made from it"]
    assert down(told.workspace, "table flights", 12)[2] == "    default.features@4 (direct)"
    assert down(told.workspace, "table features", 3) == ["default.features@3: nothing was made from it"]


def test_what_came_after_a_replacement_is_not_below_what_was_before_it(recording: Recording) -> None:
    recording.noted(cell(1), write(table("features", 0), FLIGHTS))
    recording.noted(cell(2), write(table("features", 1), PLANES, operation="CREATE OR REPLACE TABLE AS SELECT"))
    recording.run("before", training=[table("features", 0)])
    recording.run("after", training=[table("features", 1)])
    assert [line.split()[1] for line in down(recording.workspace, "table flights") if " run " in line] == ["before,"]
    assert [line.split()[1] for line in down(recording.workspace, "table planes") if " run " in line] == ["after,"]


def test_later_versions_hold_what_an_earlier_one_brought(recording: Recording) -> None:
    recording.noted(cell(1), write(table("features", 0), FLIGHTS))
    recording.run("later", training=[table("features", 9)])
    assert [line.split()[1] for line in down(recording.workspace, "table flights") if " run " in line] == ["later,"]


def test_a_run_that_read_version_0_is_below_it(recording: Recording) -> None:
    recording.run(training=[PLANES])
    recording.noted(cell(1), write(FEATURES, PLANES))
    assert down(recording.workspace, "table planes", 0)[-1].startswith("  run gentle-snail-42, ")


def test_a_table_that_was_renamed_keeps_its_runs(recording: Recording) -> None:
    run_id = recording.run(training=[FEATURES])
    recording.noted(cell(5), runs=[RunFacts(run_id, "1", "delays", training=(FEATURES,))])
    row = {"schema": "default", "name": "new_name", "location": "/lake/features", "provider": "delta"}
    (recording.workspace.state / "tables.json").write_text(json.dumps({"tables": [row]}))
    assert down(recording.workspace, "table new_name")[1].startswith("  run gentle-snail-42, ")


def test_another_table_of_the_same_name_is_not_taken_for_it(recording: Recording) -> None:
    recording.run(training=[FEATURES])
    row = {"schema": "default", "name": "features", "location": "/elsewhere", "provider": "delta"}
    (recording.workspace.state / "tables.json").write_text(json.dumps({"tables": [row]}))
    assert down(recording.workspace, "table features") == ["default.features: nothing was made from it"]


def test_a_run_s_models_and_what_its_notebook_wrote_are_below_it(recording: Recording) -> None:
    predictions = table("predictions", 0)
    run_id = recording.run(training=[FEATURES], written=[FEATURES, predictions])
    recording.register("delays", run_id)
    assert down(recording.workspace, run_id)[1:] == ["  models:/delays/1", "  default.predictions@0 (written)"]


def test_of_many_runs_that_became_no_model_the_newest_are_shown(recording: Recording) -> None:
    for number in range(13):
        recording.run(f"run-{number}", cell=cell(number), training=[FEATURES])
    recording.noted(cell(1), write(FEATURES))
    lines = down(recording.workspace, "table features")
    assert [line.split()[1] for line in lines[1:-1]] == [f"run-{number}," for number in range(12, 2, -1)]
    assert lines[-1] == "  and 3 older runs from which no model was registered"


def test_both_directions_have_their_headings(told: Recording) -> None:
    tree = lineage.of("table features", up=True, down=True, workspace=told.workspace)
    lines = text(tree).splitlines()
    assert lines[0] == "made of:"
    assert lines[4] == "made from it:"
    assert repr(tree) == "\n".join(lines)


def test_the_same_is_told_as_json(told: Recording) -> None:
    tree = json.loads(json.dumps(as_json(lineage.of("models:/delays/1", workspace=told.workspace))))
    model = tree["up"]
    assert tree["down"] is None
    assert (model["kind"], model["name"], model["version"]) == ("model", "delays", 1)
    (fitted,) = model["nodes"][0]["nodes"]
    assert fitted["commit"] == COMMIT
    assert [(one["role"], one["name"], one["version"]) for one in fitted["nodes"]] == [
        ("training", "default.features", 4),
        ("possible", "default.planes", 0),
    ]


# --- what is not there


def test_where_the_notes_are_lost_mlflow_still_tells_a_run_s_tables(told: Recording) -> None:
    lineage.of("models:/delays/1", workspace=told.workspace)  # whatever was noted is written
    shutil.rmtree(TABLES_MADE.folder(told.workspace).parent)
    assert [line.strip() for line in up(told.workspace, "models:/delays/1") if "@" in line] == [
        "default.features@4 (training)",
        "default.planes@0 (possible)",
    ]
    row = {"schema": "default", "name": "features", "location": "/lake/features", "provider": "delta"}
    (told.workspace.state / "tables.json").write_text(json.dumps({"tables": [row]}))
    assert down(told.workspace, "table features")[-1] == "    models:/delays/1 (champion)"


def test_where_the_notes_are_broken_a_model_is_answered_and_a_table_is_not(told: Recording) -> None:
    lineage.of("models:/delays/1", workspace=told.workspace)
    next(TABLES_MADE.folder(told.workspace).glob("*.parquet")).unlink()
    first = up(told.workspace, "models:/delays/1")[0]
    assert first.startswith("models:/delays/1 (champion): What was noted in ")
    assert error(told.workspace, "table features").endswith("move that folder away to begin anew.")


def test_where_mlflow_does_not_answer_a_table_s_tables_are_told(
    unrecorded: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    down_there = Recording(unrecorded.workspace.root)
    down_there.noted(cell(1), write(FEATURES, FLIGHTS))
    first, *rest = down(down_there.workspace, "table flights")
    assert first.startswith("default.flights: The tracking server http://127.0.0.1:9 cannot be reached")
    assert first.endswith("Runs and models are left out.")
    assert rest[-1] == "    default.features@4 (direct)"
    assert error(down_there.workspace, "runs:/1").startswith("The tracking server http://127.0.0.1:9 cannot be reached")


def test_a_tag_that_somebody_broke_is_told_at_the_run(recording: Recording) -> None:
    run_id = recording.run(training=[FEATURES], lakebook__tables__written="no JSON")
    first, *rest = up(recording.workspace, run_id)
    assert first.endswith("by ann: its tag lakebook.tables.written cannot be read")
    assert rest[-1].endswith("default.features@4 (training)")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("models:/delay/1", "There is no model delay: did you mean delays?"),
        ("models:/delays/7", "There is no version delays/7: there is 1."),
        ("models:/delays@champ", "delays has no alias champ: did you mean champion?"),
        ("models:/delays", "delays is a model: name one of its versions, such as delays/1."),
        ("models:/m-" + "0" * 32, f"There is no model models:/m-{'0' * 32}, or no run made it."),
        ("table flihgts", "There is no table flihgts: did you mean flights?"),
        ("table /no/where", "There is no table /no/where: there are features, flights."),
    ],
)
def test_what_is_not_there_is_said_with_what_is_near(told: Recording, what: str, message: str) -> None:
    assert error(told.workspace, what) == message


def test_a_run_that_is_not_there_is_said_with_one_that_is_near(told: Recording) -> None:
    (version,) = told.client.search_model_versions("name = 'delays'")
    near = version.run_id[:-1] + ("0" if version.run_id[-1] != "0" else "1")
    said = error(told.workspace, f"runs:/{near}")
    assert said == f"There is no run {near}: did you mean {version.run_id} (gentle-snail-42)?"


def test_a_workspace_that_recorded_nothing_says_so_and_makes_no_store(unrecorded: Recording) -> None:
    database = unrecorded.workspace.root / ".lakebook" / "mlflow" / "mlflow.db"
    assert error(unrecorded.workspace, "models:/delays/1") == (
        f"There is no model delays: nothing was recorded yet in {database}."
    )
    assert not unrecorded.workspace.state.exists()


def test_a_version_is_asked_of_tables_only(told: Recording) -> None:
    with pytest.raises(TrackingError, match="A version is asked of a table only, and models:/delays/1 is none"):
        lineage.of("models:/delays/1", version=3, workspace=told.workspace)


def test_a_table_is_named_alone_with_its_schema_or_by_its_path(told: Recording) -> None:
    for what in ("table features", "table FEATURES", "table default.features", "table /lake/features"):
        thing = lineage.upstream(told.workspace, what).thing
        assert isinstance(thing, Table)
        assert (thing.name, thing.location) == ("default.features", "file:/lake/features")


def test_a_table_without_a_name_is_asked_about_by_its_path(recording: Recording) -> None:
    nameless = TableVersion("", "/lake/nameless", 0, "")
    recording.noted(cell(1), write(FEATURES, nameless))
    recording.run(training=[TableVersion("", "/lake/read_only", 3, "")])
    assert down(recording.workspace, "table /lake/nameless")[2] == "    default.features@4 (direct)"
    first, run = down(recording.workspace, "table file:/lake/read_only/")
    assert first == "file:/lake/read_only"
    assert run.endswith("(training)")
