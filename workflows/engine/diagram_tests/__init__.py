"""Diagram tests: a YAML file beside a diagram says what goes in, who answers what, and where it must lead.

    diagram: review.bpmn            # without it: the name of this file, .test.yaml replaced by .bpmn
    process: review                 # without it: as `zhunru try` chooses
    at: 2026-03-16T09:30:00+08:00   # the clock at the start
    data: {executor: [community]}   # for every case
    cases:
      - name: 社区路线，同意准入
        data: {applicant_level: district}
        answers:
          - clerk: {proposal: agree}
        expect: {end: End_admitted, passes: [clerk, decide], avoids: [grid]}

A case may also say `process`, `at` and `until`. With `form` a case fills in a form instead of running the diagram:

      - name: 经费有金额的须写来源
        form: admission_application
        given: {funds_amount: "30000"}
        expect: {faults: [funds_source], accepts: [funds_amount]}

Aliases of YAML are refused: a few lines of them can stand for gigabytes.
"""

from workflows.engine.diagram_tests.coverage import Coverage, coverage
from workflows.engine.diagram_tests.reading import SUFFIX, Case, DiagramTests, load_tests
from workflows.engine.diagram_tests.running import CaseResult, Difference, run_tests

__all__ = [
    "SUFFIX",
    "Case",
    "CaseResult",
    "Coverage",
    "DiagramTests",
    "Difference",
    "coverage",
    "load_tests",
    "run_tests",
]
