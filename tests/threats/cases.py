"""What can go wrong or be tried, by number: `@pytest.mark.case(21)` says which a test tries.

Numbers are stable, and a number that is missing here belongs to a part that is not built yet.
Letters: A files and schemas, B paths, C git and processes, D what is printed, G privacy.
"""

from __future__ import annotations

CASES = {
    # A. YAML and schemas
    1: "aliases that unfold to gigabytes",
    2: "merge keys that keep a reader busy for hours",
    3: "a value that holds itself",
    4: "values nested hundreds deep",
    5: "a file, a line or a number of values beyond all measure",
    6: "one key twice in a mapping",
    7: "one key twice after a merge without a conflict",
    8: "the markers of a conflict, also inside a text",
    9: "tabs for indentation and after a colon",
    10: "tags that ask for objects of a program",
    11: "a directive that turns the meaning of words",
    12: "no document, two documents, a document that is no mapping",
    13: "keys that are no texts",
    14: "texts that some reader takes for another type",
    15: "numbers without end",
    16: "times that do not exist",
    17: "control characters, raw and escaped, and byte order marks",
    18: "foreign line ends and encodings",
    19: "characters that show nothing or turn the direction of reading",
    20: "titles made of what YAML uses for itself",
    21: "unknown fields, and values of another type",
    22: "ids that look like ids to a careless pattern",
    23: "schemas that refer to other places",
    24: "patterns that never end",
    25: "lists too long to be compared pair by pair",
    26: "schemas that are none",
    27: "a schema that changes and makes old records invalid",
    # B. paths and files
    28: "ids that are paths",
    29: "records/ as a link to elsewhere",
    30: "a record that is a link",
    31: "a record that is a pipe, a socket, a folder",
    32: "an attachment that leads into git's own directory",
    33: "an attachment with a name that git or Windows reads otherwise",
    34: "two names that are one on some systems",
    35: "a file whose name is not its id",
    36: "links, submodules and programs in git's tree",
    # C. git and processes
    40: "a file that changes between reading and writing",
    41: "a revision that is an option or an expression",
    42: "a remote that is a program",
    43: "a path that git would read as a pattern",
    44: "programs named in a copied repository's configuration",
    45: "a repository below the desk, and work from inside attachments",
    46: "a repository that is somebody else's",
    47: "git's variables, inherited inside a hook",
    48: "a repository in the middle of something, or in an odd state",
    49: "the user's own staged, unstaged and untracked work",
    50: "a record with edits that are not committed",
    51: "a lock that git left, or holds",
    52: "a write that is killed or interrupted at any moment",
    53: "a disk that is full, broken or only to be read",
    54: "eight writers at once",
    55: "reading while many records are written",
    56: "a commit by hand between a crash and the recovery",
    61: "titles that would form a commit message's own lines",
    62: "an author whose name or address is none",
    63: "hooks that fail, hang, or leave a child behind",
    64: "clocks that run ahead or behind, and days that other years do not have",
    # D. output
    65: "a title that commands the terminal",
    66: "errors, git's words, file and author names that do",
    67: "a title that is markup or a template",
    71: "a title that is Markdown: links, HTML, mentions, references, pictures",
    73: "a title that commands a CI runner",
    # G. privacy
    102: "a value that has to go",
}
