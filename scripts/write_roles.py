"""Write the tables of docs/roles.md anew from the code: python scripts/write_roles.py"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.web import fixed_routes  # noqa: E402 - found where this file lies
from bot.web.role_tables import with_tables  # noqa: E402 - the same

if __name__ == "__main__":
    document = ROOT / "docs" / "roles.md"
    document.write_text(with_tables(document.read_text("utf-8"), fixed_routes()), "utf-8")
