from __future__ import annotations

from reconciler.cli import exits
from reconciler.model.tenant_run import TenantRun
from reconciler.reports import tenant_runs as reports

RUNS = (
    TenantRun("contoso", 0, 1.25, {"update": 1200, "skip": 0}),
    TenantRun("fab", 3, 0.04),
    TenantRun("x_y", 77, 10.0, {"update": 1, "done": 1}),
)


def test_the_table_has_a_row_a_tenant_and_a_column_a_count() -> None:
    assert "".join(reports.text_table(RUNS)) == (
        "tenant   ended            update  skip  done  seconds\n"
        "contoso  0 done            1,200     0            1.2\n"
        "fab      3 invalid input                          0.0\n"
        "x_y      77 unknown            1           1     10.0\n"
    )


def test_markdown_has_the_same_table_with_names_as_mere_text() -> None:
    assert "".join(reports.markdown_table(RUNS)) == (
        "| tenant | ended | update | skip | done | seconds |\n"
        "| --- | --- | ---: | ---: | ---: | ---: |\n"
        "| <code>contoso</code> | 0 done | 1,200 | 0 |  | 1.2 |\n"
        "| <code>fab</code> | 3 invalid input |  |  |  | 0.0 |\n"
        "| <code>x&#95;y</code> | 77 unknown | 1 |  | 1 | 10.0 |\n"
    )


def test_a_heading_names_the_tenant() -> None:
    assert reports.text_heading("contoso") == "== contoso ==\n"
    assert reports.markdown_heading("x_y") == "## <code>x&#95;y</code>\n\n"


def test_every_exit_code_of_the_contract_has_its_meaning() -> None:
    assert set(reports.MEANINGS) == set(exits.ORDER)
