"""The audit of packages is never green for what nobody looked up."""

from __future__ import annotations

from tools.audit import judged

SAFE = {"name": "safe", "version": "1", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}
BAD = {"name": "bad", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}


def test_a_package_nobody_looked_up_is_no_safe_one():
    assert judged([SAFE, UNKNOWN]) == ([], ["unknown"])


def test_a_vulnerable_package_is_told_with_its_mend():
    assert judged([BAD, SAFE]) == (["bad 1: CVE-1, mended in 2"], [])
