"""Attachments, as they were uploaded."""

from __future__ import annotations

import io

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from webapp import edge
from workflows.usecases import files

bp = Blueprint("attachments", __name__, url_prefix="/attachments")

#: Shown in the browser; all else is saved to disk.
IN_PAGE = frozenset({"application/pdf", "image/jpeg", "image/png"})


@bp.get("/<int:attachment_id>")
@edge.signed_in
def download(attachment_id: int) -> ResponseReturnValue:
    """Send an attachment to whom may see the instance it belongs to."""
    view, content = files.content(edge.tx(), attachment_id, edge.current_actor())
    return send_file(
        io.BytesIO(content),
        mimetype=view.media_type,
        as_attachment=view.media_type not in IN_PAGE,
        download_name=view.name,
    )
