"""The registry of services says which of them run after the commit."""

from __future__ import annotations

from workflows.admission.services import SERVICES, Registered, functions


def test_a_service_of_the_registry_is_declared_remote_by_its_row() -> None:
    found = functions(
        {"file_matter": Registered("admitting"), "record_dispatch": Registered("handing_over", remote=True)}
    )
    try:
        assert getattr(found["record_dispatch"], "remote", False) is True
        assert getattr(found["file_matter"], "remote", False) is False
    finally:
        del found["record_dispatch"].remote  # type: ignore[attr-defined]


def test_only_the_grid_platform_is_asked_after_the_commit() -> None:
    assert [name for name, row in SERVICES.items() if row.remote] == ["dispatch_to_grid"]
    found = functions()
    assert [name for name, function in found.items() if getattr(function, "remote", False)] == [
        "dispatch_to_grid"
    ]
