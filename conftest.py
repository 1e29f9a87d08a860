"""The strict harness and the personas, each in its own file of `tests/harness/`."""

pytest_plugins = [
    "tests.harness.strictness",
    "tests.harness.databases",
    "tests.harness.ear",
    "tests.harness.files",
    "tests.harness.order",
    "tests.harness.processes",
    "tests.harness.personas",
    "tests.harness.skips",
    "tests.harness.slate",
    "tests.harness.stripe",
]
