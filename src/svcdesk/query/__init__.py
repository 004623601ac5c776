"""The query language: `status:open priority:P1,P2 -label:vip submitted:2024-10.. 数据库`.

    word "a phrase" 数据库          somewhere in the text (letter case and full width aside)
    field:value                     any field by its dotted path or its label: 状态:待分配
    field:a,b                       one of them
    field:a..b  a..  ..b            from a to b, both included: numbers, times, priorities
    has:field  no:field             it has a value, or none
    is:unsettled  is:open           a flag of the record, or a state or group of states
    sla:breached,risk               the worst of its targets
    sort:due-asc                    the order; further ones break ties
    x y    x AND y    x OR y    NOT x    -x    ( … )

NOT binds closest, then AND, then OR. Quotes take every character as it stands (`\\"` for a quote).
Everything here is pure: the moment, the zone and who asks are passed in.
"""

from __future__ import annotations

from svcdesk.query.excerpts import Excerpt, excerpt
from svcdesk.query.fold import fold
from svcdesk.query.ordering import ordered
from svcdesk.query.parser import parse_query
from svcdesk.query.query import Query
from svcdesk.query.subject import Subject, ValuesSubject, values_at
from svcdesk.query.vocabulary import Group, Vocabulary, vocabulary_of

__all__ = [
    "Excerpt",
    "Group",
    "Query",
    "Subject",
    "ValuesSubject",
    "Vocabulary",
    "excerpt",
    "fold",
    "ordered",
    "parse_query",
    "values_at",
    "vocabulary_of",
]
