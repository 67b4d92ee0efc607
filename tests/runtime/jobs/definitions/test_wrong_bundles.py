"""What is wrong with a bundle around its jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakebook.jobs.definitions import DefinitionError, load
from lakebook.jobs.definitions.reader import read
from lakebook.jobs.definitions.tree import Problems

Told = Callable[..., list[str]]
LOAD = "{task_key: load, notebook_task: {notebook_path: load}}"
JOBS = f"resources: {{jobs: {{daily: {{tasks: [{LOAD}]}}}}}}\n"


@pytest.mark.parametrize(
    ("yaml", "sentence"),
    [
        ("bundle: {name: b", " line 1: this is not YAML: expected ',' or '}', but got '<stream end>' (while parsing a flow mapping)"),
        ("bundle:\n\tname: b", " line 2: this is not YAML: found character '\\t' that cannot start any token (while scanning for the next token)"),
        ("- a\n- b", "databricks.yml: a mapping was expected, such as `resources:` with `jobs:` below"),
        ("a: *b", " line 1: this is not YAML: found undefined alias 'b'"),
        ("bundle: &a {name: b, git: *a}", " line 1: an alias stands within what it names, which has no end"),
        ("a: " + "[" * 2000, "databricks.yml: mappings and lists stand in one another too deeply"),
        ("bundle: {name: \a}", "databricks.yml: this is not YAML: special characters are not allowed"),
        ("bundle: {name: b, name: c}", " line 1: name is there twice, first in line 1"),
        ("bundle: {name: b}\n? [a]\n: b", " line 2: a key is a mapping or a list, expected a name"),
        ("bundle: {name: b}\n<<: 5", " line 2: << has no mapping, expected an alias of one"),
        ("", "databricks.yml: the bundle has no name, expected `bundle:` with `name:` below"),
        ("bundle: {}", " line 1: bundle has no name, which is required"),
        ("bundle: {name: b}\nresource: {}", " line 2: resource is unknown, did you mean resources?"),
        ("bundle: {name: b}\nresources: [a]", " line 2: resources is no mapping, expected jobs by their keys"),
        ("bundle: {name: b}\nresources:\n  jobs: 5", " line 3: resources.jobs is no mapping, expected jobs by their keys"),
        ("bundle: {name: b}\nresources: {jobs: {a: 5}}", " line 2: the job is 5, expected a mapping"),
        (
            f"bundle: {{name: b}}\nresources: {{jobs: {{a b: {{tasks: [{LOAD}]}}}}}}",
            " line 2: resources.jobs.a b is no key of a job, expected letters, digits, _ and -",
        ),
        ("bundle: {name: b}\ninclude: [nowhere.yml]", " line 2: include has nowhere.yml, and there is no such file"),
        ("bundle: {name: b}\ninclude: [../*.yml]", " line 2: include has ../*.yml, expected a path below the bundle's folder"),
        ('bundle: {name: b}\ninclude: [""]', " line 2: include has \"\", which is no pattern: Unacceptable pattern: ''"),
        ("bundle: {name: b}\ninclude: jobs.yml", ' line 2: include is "jobs.yml", expected a list'),
        (
            "bundle: {name: b}\nvariables:\n  pool: {lookup: {cluster: x}}",
            " line 3: variables.pool.lookup is not supported: there is no cloud to look it up in; give it a default or a value",
        ),
        (
            "bundle: {name: b}\ntargets:\n  dev: {mode: developmnt}",
            ' line 3: targets.dev.mode is "developmnt", expected one of development, production, did you mean development?',
        ),
        (
            "bundle: {name: b}\ntargets:\n  dev: {variables: {x: 5}}",
            " line 3: variables.x is not declared",
        ),
        (
            "bundle: {name: b}\npresets: {trigger_pause_status: paused}",
            ' line 2: presets.trigger_pause_status is "paused", expected one of PAUSED, UNPAUSED, did you mean PAUSED?',
        ),
        (
            "bundle: {name: b}\ntargets:\n  dev: {}\n  prod: {}",
            " line 2: no target is the default; name one of dev, prod with --target",
        ),
        (
            "bundle: {name: b}\ntargets:\n  dev: {default: true}\n  prod: {default: true}",
            " line 2: dev and prod are each the default; name one of dev, prod with --target",
        ),
    ],
)  # fmt: skip
def test_a_bundle_that_is_wrong(problems_of: Told, yaml: str, sentence: str) -> None:
    (told,) = problems_of(bundle=yaml)
    assert told == (f"databricks.yml,{sentence}" if sentence.startswith(" ") else sentence)


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("${var.stge}", "description refers to ${var.stge}, which is not there, did you mean stage?"),
        ("${var.none}", "description has no value for ${var.none}; give it with --var or a default"),
        ("x ${var.people}", "description has ${var.people} within a text, and its value is no text"),
        ("${resources.jobs.dayly.id}", "description refers to ${resources.jobs.dayly.id}, and there is no job dayly, did you mean daily?"),
        ("${resources.jobs.daily.id}", "description refers to ${resources.jobs.daily.id}, which can be the value of run_job_task.job_id only"),
        ("${workspace.current_user.username}", "description refers to ${workspace.current_user.username}, which is not there, did you mean userName?"),
    ],
)  # fmt: skip
def test_a_reference_that_names_nothing(problems_of: Told, description: str, sentence: str) -> None:
    assert problems_of(
        bundle=f"""
        bundle: {{name: b}}
        variables:
          stage: {{default: x}}
          none: {{description: has no default}}
          people: {{default: [a]}}
          a: {{default: "${{var.b}}"}}
          b: {{default: "${{var.a}}"}}
        resources:
          jobs:
            daily:
              description: "{description}"
              tasks: [{LOAD}]
        """
    ) == [f"databricks.yml, line 11: {sentence}"]


def test_what_a_wrong_reference_would_have_given_is_not_missed(problems_of: Told) -> None:
    assert problems_of(
        bundle="""
        bundle: {name: b}
        resources:
          jobs:
            a: {tasks: "${var.x}"}
            b: {tasks: [{task_key: load, notebook_task: {notebook_path: "${var.y}"}}]}
        """
    ) == [
        "databricks.yml, line 4: tasks refers to ${var.x}, which is not there",
        "databricks.yml, line 5: tasks[0].notebook_task.notebook_path refers to ${var.y}, which is not there",
    ]


def test_variables_that_name_one_another(problems_of: Told) -> None:
    assert problems_of(
        bundle=f"""
        bundle: {{name: "${{var.a}}"}}
        variables:
          a: {{default: "x ${{var.b}}"}}
          b: {{default: "${{var.a}}"}}
        {JOBS.replace("daily: {", "daily: {name: '${bundle.name}', ")}
        """
    ) == ["databricks.yml, line 4: var.b refers to itself: var.a → var.b → var.a"]


def test_a_target_that_is_not_there(problems_of: Told) -> None:
    bundle = f"bundle: {{name: b}}\ntargets: {{dev: {{}}, prod: {{}}}}\n{JOBS}"
    assert problems_of("prd", bundle=bundle) == ["databricks.yml, line 2: there is no target prd, did you mean prod?"]
    (told,) = problems_of("prd", bundle=f"bundle: {{name: b}}\n{JOBS}")
    assert told.endswith("there is no target prd; the bundle has no targets")


def test_variables_of_the_command_line_are_declared_and_plain(problems_of: Told) -> None:
    bundle = f"bundle: {{name: b}}\nvariables: {{stage: {{}}, people: {{type: complex, default: []}}}}\n{JOBS}"
    assert problems_of(None, {"stge": "x", "people": "x"}, bundle=bundle) == [
        "--var stge: there is no such variable, did you mean stage?",
        "--var people: this variable is complex, and its value can be in the files alone",
    ]


def test_the_problems_of_all_files_are_told_with_their_files(problems_of: Told) -> None:
    assert problems_of(
        bundle="bundle: {name: b, nme: c}\ninclude: ['*.yml']\n",
        first="resources:\n  jobs:\n    a: {tasks: [{task_key: a, run_job_task: {job_id: 1}}]}\n    b: {tasks: 5}\n",
        second="include: [x]\nresources:\n  jobs:\n    a: {nme: x}\n",
        third="[",
    ) == [
        "databricks.yml, line 1: bundle.nme is unknown, did you mean name?",
        "first.yml, line 4: tasks is 5, expected a list",
        "second.yml, line 1: include is possible in databricks.yml only",
        "second.yml, line 4: resources.jobs.a is there twice, first in first.yml, line 3",
        "second.yml, line 4: nme is unknown, did you mean name?",
        "third.yml, line 1: this is not YAML: expected the node content, but found '<stream end>' (while parsing a flow node)",
    ]


def test_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "databricks.yml").write_bytes(b"bundle: {name: \xff}")
    with pytest.raises(DefinitionError) as wrong:
        load(folder, environment={})
    assert str(wrong.value) == "databricks.yml: the file is not text in UTF-8; save it as that first"


def test_a_file_that_is_gone(folder: Path) -> None:
    """As it may be between being found and being read."""
    problems = Problems()
    assert read(folder / "gone.yml", problems).fields == {}
    assert list(map(str, problems.found)) == ["gone.yml: the file cannot be read: No such file or directory"]


def test_a_folder_without_a_bundle(folder: Path) -> None:
    with pytest.raises(DefinitionError, match=r"There is no databricks.yml or lakebook.yml in "):
        load(folder)
    with pytest.raises(DefinitionError, match=r"There is no file .*nowhere.yml"):
        load(folder / "nowhere.yml")
