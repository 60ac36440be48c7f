"""What may be told of a failure: our own sentences. Of any other error its kind alone, its text may quote anything."""

from __future__ import annotations

from forms.faults import Refused
from workflows.engine import Incident


def told(error: BaseException) -> tuple[str, str]:
    """The cause of a failure in Chinese and English, safe to keep and to show to who repairs."""
    own = error if isinstance(error, Refused) else error.__cause__
    if isinstance(own, Incident):
        return own.words()
    if isinstance(own, Refused):
        return own.tell("zh"), own.tell("en")
    kind = type(error).__name__
    return f"系统未能完成此步({kind})", f"The system could not do this step ({kind})"
