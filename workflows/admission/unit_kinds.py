"""Kinds of units that the registry tells apart, as an office's list of units writes them (`organisation_unit.form`)."""

from __future__ import annotations

COMMUNITY_KINDS = frozenset({"社区", "村"})
STREET_KINDS = frozenset({"街道", "镇", "乡"})
STATION_KINDS = frozenset({"社工站"})
ANSWERABLE_KINDS = frozenset({"申请单位", "审核单位", "监督单位"}) | STREET_KINDS
"""Who may have handed work down to a community."""
