"""The API for machines: JSON, `/api/v1`, described in docs/API.md.

A machine signs in with a token (`Authorization: Bearer ...`), never with a cookie, so no forged page can act for it.
It is an actor like any other: the same `bind`, the same use cases, the same permissions as the pages.
"""
