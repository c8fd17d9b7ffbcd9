"""The tables of labels, documents, consents, remarks and clearances."""

from __future__ import annotations

from cordiale.apps.sharing.models.documents import (
    Consent,
    Document,
    DocumentFile,
    DocumentLink,
    DocumentText,
    DocumentVersion,
    Label,
    LabelCount,
    Remark,
)
from cordiale.apps.sharing.models.reading import Acknowledged, Reminded, Subscription
from cordiale.apps.sharing.models.rights import Clearance, InTheKnow, NeedToKnow

__all__ = [
    "Acknowledged",
    "Clearance",
    "Consent",
    "Document",
    "DocumentFile",
    "DocumentLink",
    "DocumentText",
    "DocumentVersion",
    "InTheKnow",
    "Label",
    "LabelCount",
    "NeedToKnow",
    "Remark",
    "Reminded",
    "Subscription",
]
