"""The tables of the register, one file for each group of facts.

An identity names something for ever. What is said about it comes in versions, each known from one ledger entry to
another; a version is closed, never changed. Columns carry the names of the pack's columns.
"""

from cordiale.apps.register.models.agreements import (
    Agreement,
    AgreementVersion,
    Entitlement,
    FrameworkPolicy,
    Instrument,
    InstrumentVersion,
    Policy,
    PolicyVersion,
    Signature,
)
from cordiale.apps.register.models.assertion import Assertion
from cordiale.apps.register.models.claims import Claim
from cordiale.apps.register.models.cooperation import (
    Area,
    AreaVersion,
    Contribution,
    JointAction,
    Objective,
    Operation,
    OperationVersion,
    Programme,
)
from cordiale.apps.register.models.events import Event, EventLink, EventVersion, RelationNote
from cordiale.apps.register.models.frameworks import (
    Framework,
    FrameworkAim,
    FrameworkDate,
    FrameworkVersion,
)
from cordiale.apps.register.models.groups import Group
from cordiale.apps.register.models.known import CodesField, Identity, Version, WhenField
from cordiale.apps.register.models.meetings import BodyBlock, Cadence, Meeting, Precondition
from cordiale.apps.register.models.packs import PackEdition
from cordiale.apps.register.models.parties import (
    Contact,
    Office,
    Party,
    PartyName,
    PartyRegion,
    PartyVersion,
    Region,
    RegionVersion,
)
from cordiale.apps.register.models.sources import Source, SourceVersion

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Area",
    "AreaVersion",
    "Assertion",
    "BodyBlock",
    "Cadence",
    "Claim",
    "CodesField",
    "Contact",
    "Contribution",
    "Entitlement",
    "Event",
    "EventLink",
    "EventVersion",
    "Framework",
    "FrameworkAim",
    "FrameworkDate",
    "FrameworkPolicy",
    "FrameworkVersion",
    "Group",
    "Identity",
    "Instrument",
    "InstrumentVersion",
    "JointAction",
    "Meeting",
    "Objective",
    "Office",
    "Operation",
    "OperationVersion",
    "PackEdition",
    "Party",
    "PartyName",
    "PartyRegion",
    "PartyVersion",
    "Policy",
    "PolicyVersion",
    "Precondition",
    "Programme",
    "Region",
    "RegionVersion",
    "RelationNote",
    "Signature",
    "Source",
    "SourceVersion",
    "Version",
    "WhenField",
]
