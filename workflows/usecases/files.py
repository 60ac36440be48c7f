"""Attachments: bytes on disk by their sha256, rows in the store."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import AttachmentView


def store(tx: Transaction, name: str, content: bytes, actor: Actor) -> AttachmentView:
    """Keep an upload. Raises `FileTooLarge`, forms.attachments' `FileRefused`, `ConfidentialRefused`.

    Until a submission names it, only the uploader sees it.
    """
    raise NotImplementedError


def get(tx: Transaction, attachment_id: int, actor: Actor) -> AttachmentView:
    """Raises `NotFound`, `NotAllowed`."""
    raise NotImplementedError


def content(tx: Transaction, attachment_id: int, actor: Actor) -> tuple[AttachmentView, bytes]:
    """Attachment with its bytes. Raises `NotFound`, `NotAllowed`."""
    raise NotImplementedError


def names(tx: Transaction, ids: Sequence[int]) -> dict[int, AttachmentView]:
    """Attachments by id, for showing values of kind `files`; visibility is the caller's question."""
    raise NotImplementedError
