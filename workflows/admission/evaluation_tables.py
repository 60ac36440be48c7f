"""Tables of the yearly evaluation; on the store's one `metadata`, as those of the registry (`tables`)."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from workflows.admission.tables import metadata
from workflows.store.types import Id

#: 效果评议: one a year. What is to be evaluated is settled when it is opened.
evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, unique=True),
    Column("year", Integer, nullable=False, index=True),
    Column("state", String(20), nullable=False),  # see evaluations.STATES
    Column("opened_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("number", String(100)),  # 通报文号 of the published result
    Column("published_on", Date),
)

#: A matter that is evaluated, what it scored, and what the bureau does about it.
evaluation_matter = Table(
    "evaluation_matter",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("evaluation_id", Id, ForeignKey("evaluation.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("name", String(400), nullable=False),
    Column("filing_number", String(100), nullable=False, default=""),
    Column("unit_id", Id, index=True),
    Column("unit_name", String(200), nullable=False, default=""),
    Column("answers", Integer, nullable=False, default=0),
    Column("usefulness", Float),  # 作用, 0 to 100
    Column("effect", Float),  # 效果
    Column("funds", Float),  # 经费落实
    Column("acceptance", Float),  # 居民认可
    Column("score", Float),  # of all four, kinds of raters weighted
    Column("grade", String(40), nullable=False, default=""),  # the word of the decision table
    Column("proposal", String(20), nullable=False, default=""),  # keep | rectify | end
    Column("treatment", String(20)),  # what was decided: see evaluating.TREATMENTS
    Column("treatment_note", Text, nullable=False, default=""),
    UniqueConstraint("evaluation_id", "position"),
)

#: One who evaluates: a community, a subdistrict, a social-work station, the residents' representatives of one.
evaluation_rater = Table(
    "evaluation_rater",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("evaluation_id", Id, ForeignKey("evaluation.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # see evaluations.RATERS
    Column("unit_id", Id, nullable=False, index=True),
    Column("unit_name", String(200), nullable=False, default=""),
    Column("street_id", Id, index=True),
    Column("weight", Float, nullable=False, default=1.0),
    Column("submission_id", Id),  # the task's table as it was posted
    Column("people", Integer),  # how many took part
    Column("answered_on", Date),
    Column("answered_by", String(100), nullable=False, default=""),
    UniqueConstraint("evaluation_id", "kind", "unit_id"),
)

#: What one rater said of one matter, in points; a read model of the posted tables, a row an answer.
evaluation_score = Table(
    "evaluation_score",
    metadata,
    Column("rater_id", Id, ForeignKey("evaluation_rater.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # of the matter in its evaluation
    Column("evaluation_id", Id, nullable=False),
    Column("usefulness", Integer),
    Column("effect", Integer),
    Column("funds", Integer),
    Column("acceptance", Integer),
    Column("note", Text, nullable=False, default=""),
)
Index("ix_evaluation_score_matter", evaluation_score.c.evaluation_id, evaluation_score.c.position)
