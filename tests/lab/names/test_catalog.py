"""The panel of the catalog, without any Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.pictures import picture
from lakebook.config import find_workspace
from lakebook.spark.looking import look

if TYPE_CHECKING:
    from lab.names.conftest import Bench


def test_it_leads_to_columns_and_versions_and_starts_no_spark(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open("", "%sql\nSELECT * FROM ", "%r\n", "%scala\n")
    panel = bench.panel("catalog")
    bench.row("hive_metastore").click()
    bench.row("default").click()
    bench.row("departures").click()
    expect(bench.row("dep_delay")).to_contain_text("bigint")
    expect(bench.row("carrier")).to_contain_text("IATA's code")
    expect(bench.row("carrier")).to_contain_text("partition")
    bench.row("Versions").click()
    expect(bench.row("v1")).to_contain_text("write append")
    expect(bench.row("v0")).to_contain_text("create table")
    bench.row("main").click()
    bench.row("sales").click()
    expect(bench.row("late")).to_be_visible()
    expect(bench.row("vat()")).to_be_visible()
    picture(bench.page, "catalog")
    bench.row("gone").click()
    expect(panel).to_contain_text("The files of table gone are gone")

    for at, wanted in enumerate(
        ['spark.table("departures")', "departures", 'tbl(spark, "departures")', 'spark.table("departures")']
    ):
        bench.write_into(at)
        bench.row("departures").hover()
        panel.get_by_role("button", name="Insert into the cell: departures").click()
        expect(bench.source(at)).to_contain_text(wanted)
    bench.write_into(1)
    bench.page.keyboard.type(" JOIN ")
    bench.row("v0").hover()
    panel.get_by_role("button", name="Insert into the cell: version 0").click()
    expect(bench.source(1)).to_contain_text("SELECT * FROM departures JOIN departures VERSION AS OF 0")
    bench.write_into(1)
    bench.page.keyboard.type(" JOIN ")
    bench.row("late").hover()
    panel.get_by_role("button", name="Insert into the cell: late").click()
    expect(bench.source(1)).to_contain_text("JOIN main.sales.late")
    assert look(find_workspace(bench.site.folder)).state == "off"


def test_a_search_finds_in_all_schemas(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open("")
    panel = bench.panel("catalog")
    panel.get_by_role("searchbox").fill("delay")  # a column of the view
    expect(bench.row("late")).to_contain_text("main.sales")
    expect(panel.get_by_role("treeitem")).to_have_count(1)
    panel.get_by_role("searchbox").fill("nothing of that kind")
    expect(panel).to_contain_text("Nothing is like that.")
