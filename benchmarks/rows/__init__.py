"""Everything that is measured; each module brings the rows of one table."""

from __future__ import annotations

from benchmarks.rows import bulk, everyday, index, sla, together
from benchmarks.table import Row

ROWS: tuple[Row, ...] = (*everyday.ROWS, *bulk.ROWS, *index.ROWS, *sla.ROWS, *together.ROWS)
