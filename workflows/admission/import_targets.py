"""What becomes of the tables of an admission office: the targets of its imports, one a form.

Importing this module registers them; `package` does.
"""

from __future__ import annotations

from functools import partial

from workflows.admission import (
    backlog,
    certificate_items,
    kinds,
    ledger_directory,
    ledger_sight,
    ledger_tables,
    permitted,
    seal_uses,
    standing,
)
from workflows.admission.ledger_columns import COMMUNITY
from workflows.usecases import import_targets
from workflows.usecases.import_targets import ImportTarget, register

TARGETS: tuple[ImportTarget, ...] = (
    ImportTarget(
        form_key="admission_application",
        permissions=("imports.own_unit", "imports.every_unit"),
        process_key="apply",
        business_key=("applicant_unit", "matter_name"),
        standing=standing.applications,
    ),
    *(
        ImportTarget(
            form_key=kinds.KINDS[key].form,
            permissions=("imports.own_unit", "imports.every_unit"),
            process_key=kinds.KINDS[key].process,
        )
        for key in kinds.OTHERS
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
        form_key=ledger_directory.FORM,
        permissions=("matters.backlog",),
        handler=ledger_directory.take_in,
        check=ledger_directory.check,
        business_key=("filing_number",),
        updates=True,
    ),
    ImportTarget(
        form_key=certificate_items.FORM,
        permissions=(certificate_items.KEEP,),
        handler=certificate_items.take_in,
        business_key=("item_name",),
        standing=certificate_items.standing,
        updates=True,
    ),
    ImportTarget(
        form_key=seal_uses.FORM,
        permissions=(seal_uses.ENTER,),
        handler=seal_uses.take_in,
        check=seal_uses.check,
        business_key=("community", "used_on", "seal", "subject"),
        standing=seal_uses.standing,
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


def ledger_target(form_key: str) -> ImportTarget:
    """What becomes of the rows of a permitted ledger."""
    matter_id = int(form_key.removeprefix(f"{permitted.LEDGER}_"))
    return ImportTarget(
        form_key=form_key,
        permissions=(ledger_sight.FILL,),
        handler=partial(ledger_tables.take_in, matter_id),
        check=partial(ledger_tables.check, matter_id),
        business_key=(COMMUNITY,),
        standing=partial(ledger_tables.standing, matter_id),
        updates=True,
    )


import_targets.FAMILIES.append((permitted.FORM_KEY, ledger_target))
