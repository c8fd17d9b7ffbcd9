"""The register for programs: each route reads once and answers with what the command line prints."""

from __future__ import annotations

from ninja import Router

from cordiale.apps.register.api import asking, files, subjects

router = Router()
router.add_router("", asking.router)
router.add_router("", subjects.router)
router.add_router("", files.router)
