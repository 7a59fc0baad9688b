"""What the SDK's manual says in figures is what holds."""

import pytest

from sandbox import Limits, mail_messages, manuals, web_requests
from sandbox.capabilities import approvals, ledger, tools
from sandbox.capabilities import files as paths
from sandbox.capabilities import kv as values
from sandbox.capabilities.syntax import sql_text
from sandbox.sqlite import Budget
from tenants.capabilities import kv
from tenants.capabilities.files import files
from tenants.capabilities.http.http import HttpLimits
from tenants.runs import suspensions
from tenants.runtime import DEPTH_MAX

MIB = 1 << 20


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("`host_calls` (1,000 unless", f"`host_calls` ({Limits.DEFAULT.host_calls:,} unless"),
        ("`argument_bytes`\n(1 MiB)", f"`argument_bytes`\n({Limits.DEFAULT.argument_bytes // MIB} MiB)"),
        ("`response_bytes` (4 MiB)", f"`response_bytes` ({Limits.DEFAULT.response_bytes // MIB} MiB)"),
        ("`log_bytes` of its log (64 KiB", f"`log_bytes` of its log ({Limits.DEFAULT.log_bytes >> 10} KiB"),
        ("a response has at most 4 MiB", f"a response has at most {HttpLimits().response_bytes // MIB} MiB"),
        ("Up to 16 are under way", f"Up to {HttpLimits().parallel_per_call} are under way"),
        ("1 to 120,000 milliseconds", f"1 to {web_requests.TIMEOUT_MS_MAX:,} milliseconds"),
        ("30,000 unless given", f"{web_requests.TIMEOUT_MS_DEFAULT:,} unless given"),
        (
            "20 of them, together 10 MiB",
            f"{mail_messages.ATTACHMENTS_MAX} of them, together {mail_messages.ATTACHMENT_BYTES_MAX // MIB} MiB",
        ),
        ("key: up to 480 characters", f"key: up to {mail_messages.KEY_CHARACTERS_MAX} characters"),
        ("a key has 1 to 500 characters", f"a key has 1 to {ledger.KEY_CHARACTERS_MAX} characters"),
        ("a key has up to 500 characters", f"a key has up to {values.KEY_CHARACTERS_MAX} characters"),
        ("a value up to 64 KiB", f"a value up to {values.VALUE_BYTES_MAX >> 10} KiB"),
        ("up to 10,000 values", f"up to {kv.ENTRIES:,} values"),
        ("a path has up to 500 characters", f"a path has up to {paths.PATH_CHARACTERS_MAX} characters"),
        ("A file has at most 8 MiB", f"A file has at most {files.FILE_BYTES_MAX // MIB} MiB"),
        ("(1 GiB, 10,000 files)", f"({files.TENANT_BYTES_MAX >> 30} GiB, {files.TENANT_FILES_MAX:,} files)"),
        ("More than 1,000 are a HostError", f"More than {files.LISTED_MAX:,} are a HostError"),
        ("1 to 604,800", f"1 to {paths.LINK_S_MAX:,}"),
        ("a statement has up to 10,000 characters", f"a statement has up to {sql_text.LENGTH_MAX:,} characters"),
        ('"too_slow" (10 s)', f'"too_slow" ({Budget().statement_s:g} s)'),
        ('"too_many_rows" (10,000)', f'"too_many_rows" ({Budget().rows:,})'),
        ('"too_large" (2 MiB)', f'"too_large" ({Budget().bytes // MIB} MiB)'),
        ("Up to 10,000 rows are changed", f"Up to {Budget().changed_rows:,} rows are changed"),
        ('"too_deep" is more than 4', f'"too_deep" is more than {DEPTH_MAX}'),
        ("1 to 100 printable characters", f"1 to {tools.KEY_CHARACTERS_MAX} printable characters"),
        ("question: 1 to 4,000 characters", f"question: 1 to {approvals.QUESTION_CHARACTERS_MAX:,} characters"),
        ("A sleep of more than 5 seconds", f"A sleep of more than {suspensions.SLEEP_KEPT_S:g} seconds"),
    ],
)
def test_a_figure_of_the_manual_is_the_one_that_holds(said: str, held: str) -> None:
    assert said in manuals.sdk()
    assert held == said
