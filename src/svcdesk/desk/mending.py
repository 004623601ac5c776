"""What `check --fix` mends: only what needs no judgement, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.adopting import fill_uids, unmoved
from svcdesk.desk.draft import Draft
from svcdesk.desk.writing import Done, Options, Story, perform
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.finding import Finding, Severity
from svcdesk.store import codec
from svcdesk.store.yaml_canonical import has_comments
from svcdesk.store.yaml_text import dump

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_MENDABLE = (rules.LAYOUT, rules.BARE_LINK)


def mend(desk: Desk, findings: Sequence[Finding]) -> Done | None:
    """Lay out files and fill in the uids of links, as the findings ask for.

    A record with an error is left alone, and so is the layout of a file with comments, which
    would be lost. None where nothing can be mended. Raises what a write raises.
    """
    broken = {one.record for one in findings if one.weight is Severity.ERROR}
    wanted = {
        one.record: one.path
        for one in findings
        if one.rule in _MENDABLE and one.record and one.record not in broken
    }
    if not wanted:
        return None
    author = desk.author()

    def build(draft: Draft) -> Story:
        for record_id in wanted:
            record = draft.record(str(record_id))
            workflow = desk.workflow(record.kind)
            authorise("set", workflow.roles, author.person, record=record.id)
            text, value = draft.text(record), codec.encode(record)
            if text is not None and not has_comments(text, value):
                draft.lay_out_as(record, dump(value))
                draft.keep(unmoved(desk, record))
            fill_uids(desk, draft, record.id)
        return Story("check: mend layout and links", sorted(map(str, wanted)), "set")

    done = perform(desk, build, Options())
    return done if done.changes else None
