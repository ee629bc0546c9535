"""Tell what pip-audit found: audited.py NAME < its JSON. Ends with 1 where it found any."""

from __future__ import annotations

import json
import sys


def told(name: str, said: str) -> tuple[str, bool]:
    """What to print, and whether anything is wrong.

    Args:
        name: of the environment.
        said: pip-audit's JSON; empty where it reached nobody.
    """
    packages = json.loads(said)["dependencies"] if said.strip() else []
    looked_at = [one for one in packages if "skip_reason" not in one]
    if not looked_at:
        return (
            f"{name}: not audited, for no database of advisories can be reached from here.",
            False,
        )
    weak = [(one, each) for one in looked_at for each in one["vulns"]]
    lines = [
        f"{name}: {one['name']} {one['version']}: {each['id']}, mended in "
        f"{', '.join(each['fix_versions']) or 'no version yet'}"
        for one, each in weak
    ]
    unknown = len(packages) - len(looked_at)
    lines.append(f"{name}: {len(looked_at)} packages audited, {len(weak)} weaknesses known.")
    if unknown:
        lines.append(f"{name}: {unknown} packages nobody knows anything of.")
    return "\n".join(lines), bool(weak)


if __name__ == "__main__":
    text, wrong = told(sys.argv[1], sys.stdin.read())
    sys.stdout.write(f"{text}\n")
    sys.exit(int(wrong))
