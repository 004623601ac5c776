"""What the codes of refusals mean, for `svcdesk explain CODE`.

Long because it is a table: one entry for every code that an error can carry (a test holds it to
that). The message of an error says what happened; an entry says why it is refused, and what to do.
"""

from __future__ import annotations

from svcdesk.i18n import T, Text
from svcdesk.model.finding import Rule, Severity

_YAML = T(
    "YAML readers disagree about it, or can be led astray by it; what a record says must not "
    "depend on who reads it"
)
_GUARD = T("a reader that takes anything can be stopped by one file")
_CLEAN = T("what cannot be seen can mislead a reader, a terminal or a program")
_WRITE = T("a write there could be lost, or take in what somebody else has not finished")
_NOTHING = T("nothing has changed")
_SCHEMA = T(
    "commands, reports and other tools rely on the schema; what it does not allow is misread or "
    "lost sooner or later"
)
_KIND = T("`svcdesk schema show KIND` lists every field and what may stand in it")


def _refusal(code: str, title: Text, why: Text, remedy: Text) -> tuple[str, Rule]:
    name = code.removeprefix("E_").lower().replace("_", "-")
    return code, Rule(code, name, Severity.ERROR, title, why, remedy)


# ── files that are not let in ───────────────────────────────────────────────────────────────────

_FILES = (
    _refusal("E_FILE", T("a file is not let in"), _GUARD, T("see the message")),
    _refusal("E_SIZE", T("a file is too large"), _GUARD,
             T("keep long logs and pictures as attachments: svcdesk attach ID FILE")),
    _refusal("E_LINE", T("a line is too long"), _GUARD,
             T("break the text into lines, or keep it as an attachment")),
    _refusal("E_DEPTH", T("values are nested too deeply"), _GUARD, T("flatten the values")),
    _refusal("E_NODES", T("a file holds too many values"), _GUARD,
             T("open a new record and link it")),
    _refusal("E_UTF8", T("a file is not UTF-8"), _YAML, T("save it as UTF-8")),
    _refusal("E_BOM", T("a file holds a byte order mark"), _YAML,
             T("save it as UTF-8 without a byte order mark")),
    _refusal("E_CR", T("lines end in CR or CRLF"),
             T("one file would have two contents, by the system that it is checked out on"),
             T("save it with LF; the desk's .gitattributes keeps git from changing that")),
    _refusal("E_TAB", T("a tab stands where YAML wants spaces"), _YAML, T("put spaces there")),
    _refusal("E_CTRL", T("a text holds a control character, or one that does not print"), _CLEAN,
             T("remove it")),
    _refusal("E_CONFLICT", T("a file holds the markers of an unfinished merge"),
             T("nobody has decided yet what the record says"),
             T("keep what is right of the two sides and remove the marker lines")),
    _refusal("E_ANCHOR", T("a file uses YAML anchors or aliases"),
             T("a file of a few hundred bytes can stand for gigabytes that way"),
             T("write the value out where it is meant")),
    _refusal("E_MERGE", T("a file uses YAML merge keys (<<)"),
             T("a file of a few hundred bytes can keep a reader busy for hours that way"),
             T("write the values out where they are meant")),
    _refusal("E_TAG", T("a file uses YAML tags (!…)"),
             T("a tag can ask a reader to make any object of a program"), T("remove the tag")),
    _refusal("E_DIRECTIVE", T("a file uses YAML directives (%…)"), _YAML, T("remove the line")),
    _refusal("E_MULTIDOC", T("a file holds more than one YAML document"), _YAML,
             T("one record is one file: split it")),
    _refusal("E_TOP", T("a file is not a mapping of keys to values"), _YAML,
             T("begin it with `key: value` lines")),
    _refusal("E_KEY", T("a key is not a text"), _YAML,
             T("put a key that looks like a number, a date or a word such as `no` in quotes")),
    _refusal("E_DUPLICATE", T("a key stands twice in one mapping"),
             T("a merge that went through without a conflict can leave that behind; readers take "
               "the one or the other"), T("keep one of the two; see what each side meant")),
    _refusal("E_NUMBER", T("a number is not finite, or needs more than 64 bits"), _YAML,
             T("put it between quotes if it is an identifier")),
    _refusal("E_SYNTAX", T("a file is not YAML"), _YAML, T("mend the line, or quote its text")),
    _refusal("E_SYMLINK", T("a path is, or lies behind, a symbolic link"),
             T("a link in a stranger's branch could lead to any file of yours"),
             T("put the file itself there")),
    _refusal("E_NOT_REGULAR", T("a path is not a regular file"),
             T("a pipe or a device can keep a reader waiting for ever"),
             T("put a plain file there")),
    _refusal("E_PATH", T("a name cannot be the path of a file here"),
             T("it would lead out of the desk, into git's own files, or could not exist on some "
               "system"), T("choose another name")),
    _refusal("E_READ", T("a file cannot be read"), _NOTHING, T("see what the system says")),
    _refusal("E_ID", T("a name cannot be the id of a record"),
             T("a record's path follows from its id"),
             T("ids look like SR-20241001-001: capitals, ASCII digits, hyphens")),
    _refusal("E_ID_PATH", T("a file is not named after the id inside it"),
             T("links and commands find a record by the name of its file"),
             T("rename the file, or mend the id")),
    _refusal("E_INVALID", T("a record has not the shape of one"), _SCHEMA, _KIND),
    _refusal("E_FIELD", T("there is no field of that name"), _SCHEMA, _KIND),
    _refusal("E_VALUE", T("a field cannot hold that value"), _SCHEMA, _KIND),
    _refusal("E_KIND", T("a kind, or that version of it, is not known here"), _SCHEMA,
             T("`svcdesk schema list` names kinds; `kinds:` in records/desk.yaml their versions")),
    _refusal("E_SCHEMA", T("a schema of the desk is wrong"),
             T("records could not be judged by it the same way everywhere"),
             T("mend the place that is named; docs/kinds.md describes schemas")),
    _refusal("E_WORKFLOW", T("a workflow of the desk is wrong"),
             T("nobody could say what may happen to a record"),
             T("mend the place that is named; docs/kinds.md describes workflows")),
    _refusal("E_POLICY", T("an SLA policy is wrong"),
             T("every deadline is judged by it"),
             T("mend the place that is named; docs/sla.md describes policies")),
    _refusal("E_CALENDAR", T("a working calendar is wrong, or not there"),
             T("every working hour is counted by it"),
             T("mend the place that is named; docs/sla.md describes calendars")),
    _refusal("E_LATER_FORMAT", T("the desk was written by a later svcdesk"),
             T("this one would not understand all of it"), T("install a newer svcdesk")),
    _refusal("E_EVENTS", T("an event was edited"),
             T("events say what happened; the state, the clocks and every review stand on them"),
             T("edit the fields above them: svcdesk makes the event")),
    _refusal("SCHEMA_UNKNOWN", T("a field is not in the schema"), _SCHEMA,
             T("mend its name; fields of your own begin with `x-` or stand below `custom:`")),
    _refusal("SCHEMA_MISSING", T("a field that the schema asks for is missing"), _SCHEMA, _KIND),
    _refusal("SCHEMA_TYPE", T("a field holds another sort of value"), _SCHEMA, _KIND),
    _refusal("SCHEMA_CHOICE", T("a field holds none of the values that it may"), _SCHEMA, _KIND),
    _refusal("SCHEMA_FORM", T("a text is not written as the schema asks"), _SCHEMA, _KIND),
    _refusal("SCHEMA_TIME", T("a text is not a date or time that exists"), _SCHEMA,
             T("times look like 2024-10-01T09:30:00+08:00, days like 2024-10-01")),
    _refusal("SCHEMA_LIMIT", T("a value is too long, too short, too large or too small"), _SCHEMA,
             _KIND),
    _refusal("SCHEMA_TWICE", T("a list holds the same thing twice"), _SCHEMA, T("take one out")),
    _refusal("SCHEMA_RULE", T("a rule of the schema is broken"), _SCHEMA, _KIND),
)  # fmt: skip

# ── the call, the person, the record ────────────────────────────────────────────────────────────

_CALLS = (
    _refusal("E_USAGE", T("the words of the call are off"), _NOTHING,
             T("`svcdesk COMMAND --help` shows what it takes")),
    _refusal("E_QUERY", T("a query cannot be understood"), _NOTHING,
             T("the message shows where; docs/queries.md describes queries")),
    _refusal("E_REFUSED", T("understood, and not done"), _NOTHING, T("see the message")),
    _refusal("E_NOT_FOUND", T("there is nothing of that name"), _NOTHING,
             T("`svcdesk list` shows the open records")),
    _refusal("E_AMBIGUOUS", T("several records end like that"),
             T("a guess could change the wrong one"), T("give more of the id")),
    _refusal("E_RULE", T("there is no rule or refusal of that code"), _NOTHING,
             T("findings and errors name their code")),
    _refusal("E_MISSING", T("something that is needed was not given"), _NOTHING,
             T("give it with the option that is named")),
    _refusal("E_MOVE", T("the move is not possible in this state"),
             T("the workflow says which moves lead where"),
             T("the message names the moves that are possible now")),
    _refusal("E_ROLE", T("the person may not do that"),
             T("roles and rights stand in the kind's workflow, people in records/people.yaml"),
             T("ask somebody with a role that may")),
    _refusal("E_ROLE_NAME", T("there is no such role"), _NOTHING,
             T("the message names the roles")),
    _refusal("E_PERSON", T("a person is not listed, or is listed already"),
             T("what somebody may do follows from records/people.yaml, where git's e-mail "
               "address finds them"), T("svcdesk people add ID --email ADDRESS --role ROLE")),
    _refusal("E_IDENTITY", T("git does not know who you are"),
             T("every event names who recorded it"),
             T('git config --global user.name "Your Name" and '
               "git config --global user.email you@example.org")),
    _refusal("E_TIME", T("a time cannot be meant"),
             T("clocks count on times that are neither ahead nor out of order"),
             T("write times as 2024-10-01T09:30:00+08:00, or as `2h ago`, `yesterday 09:30`")),
    _refusal("E_WINDOW", T("the record was closed too long ago to be opened again"),
             T("`reopen_within` in records/desk.yaml says how long"),
             T("open a new one and link it")),
    _refusal("E_HAND_EDIT", T("a tracked field of the record was edited by hand"),
             T("a command would build on a value that no event explains"),
             T("svcdesk adopt ID records it; svcdesk adopt ID --discard puts the old value back")),
    _refusal("E_REDACT", T("this cannot be redacted"),
             T("a record cannot be without it, or it is redacted already"),
             T("`svcdesk log ID` names events, `svcdesk show ID` fields")),
    _refusal("E_LINK", T("the records do not fit that relation"), _NOTHING,
             T("`related` links any two records")),
    _refusal("E_EXISTS", T("a file of that name is there already"),
             T("nothing is overwritten"), T("choose another name")),
    _refusal("E_ALLOC", T("the numbering scheme gave no id that can be used"),
             T("an id becomes the name of a file, and is never given twice"),
             T("see `numbering:` in records/desk.yaml, and the plugin that offers it")),
    _refusal("E_DURATION", T("a duration cannot be understood"), _NOTHING,
             T("write it as 30m, 4h or 3wd")),
    _refusal("E_ZONE", T("a time zone is not known"), _NOTHING,
             T("zones are named as in Asia/Shanghai")),
    _refusal("E_HORIZON", T("the working calendar has no working time there"),
             T("a deadline that no calendar reaches is none"),
             T("see the calendar in records/calendars/")),
    _refusal("E_COUNTRY", T("public holidays of that country are not known"), _NOTHING,
             T("enter them by hand in records/calendars/")),
    _refusal("E_EXTRA", T("an optional package is not installed"), _NOTHING,
             T("the message names the command that installs it")),
    _refusal("E_IMPORT", T("a file cannot be imported"), _NOTHING, T("see the message")),
    _refusal("E_MAPPING", T("an import's mapping is wrong"), _NOTHING,
             T("docs/import.md describes mappings")),
    _refusal("E_SOURCE", T("a source file cannot be read as what it says it is"), _NOTHING,
             T("save it as UTF-8, with one line of headings")),
)  # fmt: skip

# ── the repository, the disk, plugins ───────────────────────────────────────────────────────────

_PLACES = (
    _refusal("E_NO_DESK", T("there is no desk here"), _NOTHING,
             T("make one with `svcdesk init`, or name one with -C DIR")),
    _refusal("E_NO_GIT", T("git is not installed, or not on the PATH"),
             T("a desk lives in a git repository"), T("install git")),
    _refusal("E_GIT_OLD", T("this git is too old"), _NOTHING, T("install git 2.31 or newer")),
    _refusal("E_NO_REPO", T("this is no git repository"), T("a desk lives in one"),
             T("`svcdesk init` makes one; or -C DIR names a desk elsewhere")),
    _refusal("E_NO_DIRECTORY", T("a folder cannot be made there"), _NOTHING,
             T("choose another place")),
    _refusal("E_NOT_ROOT", T("the desk is not at the root of its repository"),
             T("paths in commits, merges and at forges are the same as in the desk that way"),
             T("make it at the top of a repository of its own")),
    _refusal("E_BARE", T("this is a bare repository"), T("it has no files to work on"),
             T("work in a clone of it")),
    _refusal("E_OWNER", T("the repository belongs to somebody else"),
             T("git does not run in it: its configuration could name programs"),
             T("if you trust its owner, run the command that git names")),
    _refusal("E_STATE", T("the repository is not to be written to now"), _WRITE,
             T("see the message")),
    _refusal("E_UNDER_WAY", T("a merge, rebase or the like is under way"), _WRITE,
             T("finish it or leave it, then try again")),
    _refusal("E_DETACHED", T("the head is detached"),
             T("a commit made here would belong to no branch"), T("git switch BRANCH")),
    _refusal("E_DIRTY", T("a file has edits that are not committed"), _WRITE,
             T("commit them, take them back (git restore), record them with `svcdesk adopt`, or "
               "take them in with --include-dirty")),
    _refusal("E_SPARSE", T("a file is excluded by the sparse checkout"), _WRITE,
             T("git sparse-checkout add …")),
    _refusal("E_ASSUMED", T("git was told to assume that a file never changes"), _WRITE,
             T("git update-index --no-assume-unchanged FILE")),
    _refusal("E_CONVERTED", T("git converts a file between its objects and the working tree"),
             T("what is committed would not be what was judged"),
             T("let .gitattributes say `text eol=lf` for records and no filter")),
    _refusal("E_ALTERED", T("a hook or a filter changed what was committed"),
             T("what is committed is not what was judged"),
             T("let hooks and filters pass over records")),
    _refusal("E_CHANGED", T("a file changed between reading and writing"),
             T("somebody's work would have been overwritten"),
             T("nothing was written; look at it and try again")),
    _refusal("E_BUSY", T("another svcdesk is writing to this desk"),
             T("two writes at once would undo each other"), T("try again when it has ended")),
    _refusal("E_GIT_LOCK", T("another git holds the index or the branch"), _WRITE,
             T("if no git is running here, delete the file that is named")),
    _refusal("E_UNFINISHED", T("an earlier write was broken off, and things went on since"),
             T("nothing that somebody did meanwhile is overwritten"),
             T("svcdesk doctor shows it; --finish writes it after all, --undo takes it back")),
    _refusal("E_JOURNAL", T("the journal of an earlier write cannot be read"), _WRITE,
             T("svcdesk doctor shows how things stand")),
    _refusal("E_DISK", T("the disk refused a file"), _NOTHING,
             T("make room, or mend the rights, then try again")),
    _refusal("E_OUTPUT", T("what a command has to say could not be written"),
             T("the file or device behind its output is full or failed"),
             T("make room; what the command did to the desk stands, as `git log -1` shows")),
    _refusal("E_GIT", T("git refused"), _NOTHING, T("the message has git's own words")),
    _refusal("E_TIMEOUT", T("git gave no answer in time"), _NOTHING,
             T("a hook or a filter that hangs is the usual cause")),
    _refusal("E_OBJECT", T("the repository lacks an object"), _NOTHING,
             T("`git fsck` says what is missing; a clone made anew has everything")),
    _refusal("E_REVISION", T("there is no such revision"), _NOTHING,
             T("`git fetch --unshallow` brings the whole history into a shallow clone")),
    _refusal("E_REF", T("a name cannot be that of a branch or revision"), _NOTHING,
             T("give a branch, a tag or a commit")),
    _refusal("E_PLUGIN", T("a plugin failed"), T("what it answers cannot be used"),
             T("svcdesk plugins says where it comes from; --no-plugins goes on without")),
    _refusal("E_CHANNEL", T("a channel could not be told"), T("the records stand all the same"),
             T("see the channel's settings in your own configuration")),
    _refusal("E_CONTACTS", T("the address book cannot be used"),
             T("full contacts stay outside git"),
             T("`contacts.book` in your own configuration names the file")),
)  # fmt: skip

_MERGING = (
    _refusal(
        "E_UNRELATED",
        T("two histories have nothing in common"),
        T("without a common beginning nobody can say who changed what"),
        T("merge only branches of the same desk"),
    ),
    _refusal(
        "E_NO_UPSTREAM",
        T("a branch follows no remote branch"),
        T("there is nowhere to push to"),
        T("set one: git push --set-upstream REMOTE BRANCH"),
    ),
    _refusal(
        "E_PUSH",
        T("the remote did not take the merge"),
        T("the merge stands in this clone, and nobody else has it yet"),
        T("see the message, then push again"),
    ),
    _refusal(
        "E_TWINS",
        T("two records would stand at one place"),
        T("records are known by their uid; two of different uids are never fused"),
        T("give one of them another number"),
    ),
    _refusal(
        "E_MERGED",
        T("the merged desk would not be valid"),
        T("a merge that git makes without a conflict can still make no sense"),
        T("see the message, mend it on one of the branches, and merge again"),
    ),
    _refusal(
        "E_MODE",
        T("a record came as something else than a plain file"),
        T("links, programs and submodules do not belong among records"),
        T("mend it on the branch that brings it"),
    ),
)

REFUSALS: dict[str, Rule] = dict((*_FILES, *_CALLS, *_PLACES, *_MERGING))
