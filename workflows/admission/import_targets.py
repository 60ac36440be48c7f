"""What becomes of the tables of an admission office: the targets of its imports, one a form.

Importing this module registers them; `package` does.
"""

from __future__ import annotations

from workflows.admission import backlog, standing
from workflows.usecases.import_targets import ImportTarget, register

TARGETS: tuple[ImportTarget, ...] = (
    ImportTarget(
        form_key="admission_application",
        permissions=("imports.own_unit", "imports.every_unit"),
        process_key="apply",
        business_key=("applicant_unit", "matter_name"),
        standing=standing.applications,
    ),
    ImportTarget(
        form_key="termination",
        permissions=("imports.own_unit", "imports.every_unit"),
        process_key="terminate",
    ),
    ImportTarget(
        form_key="change_application",
        permissions=("imports.own_unit", "imports.every_unit"),
        process_key="change",
    ),
    ImportTarget(
        form_key="matter_backlog",
        permissions=("matters.backlog",),
        handler=backlog.take_ledger,
        check=backlog.check_ledger,
        business_key=("registry_number",),
        standing=standing.old_matters,
        updates=True,
    ),
    ImportTarget(
        form_key="catalogue_entry",
        permissions=("catalogue.edit", "matters.backlog"),
        handler=backlog.take_catalogue,
        business_key=("filing_number", "applicant_unit", "matter_name"),
        standing=standing.listed,
        whole=True,
    ),
)

for _target in TARGETS:
    register(_target)
