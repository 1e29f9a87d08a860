"""In CI (`CI=true`) a test that is skipped is a test that fails: what the machine lacks is installed, not excused."""

import os

import pytest

REFUSED = os.environ.get("CI", "").lower() in ("1", "true", "yes")
skipped: list[str] = []


def note(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Remember a skip and its reason; an expected failure is none."""
    if REFUSED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        skipped.append(f"{report.nodeid}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with skips into a red one."""
    if skipped and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped."""
    if skipped:
        terminalreporter.section("skipped, and CI refuses it", red=True)
        for line in skipped:
            terminalreporter.write_line(line)
