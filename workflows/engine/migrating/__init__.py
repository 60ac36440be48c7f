"""A running instance goes over to another version of its process.

What is open (tasks, waiting events, subprocesses and calls that run, activities of several instances, joins that
hold tokens, incidents, jobs) stands afterwards on an element of the new version: the one of the same id, or the one
it was mapped to. What is finished goes along where its element is still there, and is forgotten where it is not.
Nothing is done again: variables, counters, due times and claims stay as they are.

    remarks = move(instance, bundle, renames)     # the instance now stands on the new bundle, or must be thrown away
    if not any(each.severity == "error" for each in remarks):
        go_on(instance)
"""

from __future__ import annotations

from workflows.engine.migrating.matching import Place, Renames, misdirected, places
from workflows.engine.migrating.moving import go_on, move

__all__ = ["Place", "Renames", "go_on", "misdirected", "move", "places"]
