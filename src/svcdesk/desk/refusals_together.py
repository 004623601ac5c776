"""What the codes of refusals mean where several people's work meets: merge, sync, publish."""

from __future__ import annotations

from svcdesk.i18n import T, Text
from svcdesk.model.finding import Rule, Severity


def refusal(code: str, title: Text, why: Text, remedy: Text) -> tuple[str, Rule]:
    """The entry of a code: its short name is the code's own."""
    name = code.removeprefix("E_").lower().replace("_", "-")
    return code, Rule(code, name, Severity.ERROR, title, why, remedy)


MERGING = (
    refusal(
        "E_UNRELATED",
        T("two histories have nothing in common"),
        T("without a common beginning nobody can say who changed what"),
        T("merge only branches of the same desk"),
    ),
    refusal(
        "E_NO_UPSTREAM",
        T("a branch follows no remote branch"),
        T("there is nowhere to push to"),
        T("set one: git push --set-upstream REMOTE BRANCH"),
    ),
    refusal(
        "E_PUSH",
        T("the remote did not take a push"),
        T("the work stands in this clone, and nobody else has it yet"),
        T("see the message, then push again"),
    ),
    refusal(
        "E_NO_REMOTE",
        T("there is no such remote"),
        T("there is nobody to share the desk with"),
        T("add one: git remote add origin URL"),
    ),
    refusal(
        "E_REMOTE_URL",
        T("a remote is a program or an option"),
        T("a repository must not decide which programs run here"),
        T("give it a URL of https, http, ssh or file, or a path"),
    ),
    refusal(
        "E_REMOTE",
        T("a remote was not reached"),
        T("what is committed stands here, and nobody else has it yet"),
        T("sync again when the remote answers"),
    ),
    refusal(
        "E_REWRITTEN",
        T("the history of a remote branch was rewritten"),
        T("a merge would bring back what somebody took out, and a push would undo it"),
        T("ask who did it; the message says how to follow"),
    ),
    refusal(
        "E_AGAIN",
        T("others pushed at the same time, again and again"),
        T("all work is kept, and what came in is merged"),
        T("sync again"),
    ),
    refusal(
        "E_FUTURE",
        T("an event lies more than a day ahead"),
        T("events count in the order of their ids: it would outrank all that others do"),
        T("put the computer's clock right; `svcdesk doctor --fix` dates the event anew"),
    ),
    refusal(
        "E_DELETION",
        T("a record that others have was deleted here"),
        T("what became of a request is kept; one that is not wanted any more is cancelled"),
        T(
            "bring it back (`svcdesk doctor` names the command), or say that it is meant: `svcdesk "
            "sync --deleted ID`"
        ),
    ),
    refusal(
        "E_LOST",
        T("a merge lost events or records"),
        T("what one side recorded would be gone for everybody, without a word in the file"),
        T("`svcdesk doctor --fix` puts it right"),
    ),
    refusal(
        "E_NEW_BRANCH",
        T("a branch is not at the remote"),
        T("a sync goes with the branch that one follows; another one is not made by the way"),
        T("publish it with `svcdesk sync --publish`, or switch to the main branch and merge it"),
    ),
    refusal(
        "E_PUBLISHED",
        T("a published record keeps its number"),
        T("others know the record by its number"),
        T("link it with another record instead"),
    ),
    refusal(
        "E_TAKEN",
        T("a number is taken"),
        T("numbers are never used again"),
        T("leave the number out: the next free one is taken"),
    ),
    refusal(
        "E_TWINS",
        T("two records would stand at one place"),
        T("records are known by their uid; two of different uids are never fused"),
        T("give one of them another number"),
    ),
    refusal(
        "E_MERGED",
        T("the merged desk would not be valid"),
        T("a merge that git makes without a conflict can still make no sense"),
        T("see the message, mend it on one of the branches, and merge again"),
    ),
    refusal(
        "E_REVIEW",
        T("a review of the merged desk finds what must not pass"),
        T("what nobody may do on a branch does not become right by being merged"),
        T("`svcdesk review HEAD...BRANCH` says everything that it finds; mend it on the branch"),
    ),
    refusal(
        "E_EVENT_TWICE",
        T("two events have one id"),
        T("events are ordered by their ids: with two of one id nobody knows which came first"),
        T("give the later of them an id of its own, then merge again"),
    ),
    refusal(
        "E_MODE",
        T("a record came as something else than a plain file"),
        T("links, programs and submodules do not belong among records"),
        T("mend it on the branch that brings it"),
    ),
)
