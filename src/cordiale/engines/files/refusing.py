"""Why a file is refused: each reason with its place and how to mend it."""

from __future__ import annotations


class BadFile(ValueError):
    """A file that is not taken.

    Args:
        what: what is wrong.
        mend: what to do about it.
        place: where in the file; empty when the whole file is meant.
    """

    code = "bad-file"

    def __init__(self, what: str, mend: str, place: str = "") -> None:
        self.what = what
        self.mend = mend
        self.place = place
        super().__init__(f"{place}: {what}; {mend}" if place else f"{what}; {mend}")


class EmptyFile(BadFile):
    """The file holds nothing."""

    code = "empty-file"


class FileTooLong(BadFile):
    """The file has more bytes than are taken."""

    code = "file-too-long"


class KindNotTaken(BadFile):
    """The content is of no kind that is taken, whatever the name says."""

    code = "kind-not-taken"


class NameDisagrees(BadFile):
    """The name's extension promises another kind than the content is."""

    code = "name-disagrees"


class DamagedFile(BadFile):
    """The file breaks off or contradicts itself."""

    code = "damaged-file"


class TwoFormats(BadFile):
    """The file can be read as two formats at once, so that one reader sees what another does not."""

    code = "two-formats"


class EncryptedFile(BadFile):
    """The document is protected by a password."""

    code = "encrypted-file"


class FileWithMacros(BadFile):
    """The document carries macros or fetches a part of itself from elsewhere when it is opened."""

    code = "file-with-macros"


class UnpacksTooFar(BadFile):
    """The file is small, but what it unpacks to is not."""

    code = "unpacks-too-far"


class UnsafeParts(BadFile):
    """A document names its parts so that unpacking it would write outside its folder."""

    code = "unsafe-parts"


class NotText(BadFile):
    """The file should be text, but is not text in UTF-8 or in UTF-16 with its mark."""

    code = "not-text"


class BeginsLikeAPage(BadFile):
    """The text begins as a web page, a drawing or a script does."""

    code = "begins-like-a-page"


class BadFileName(BadFile):
    """The name cannot be used on every system, or pretends to be another."""

    code = "bad-file-name"


class NotStix(BadFile):
    """The file is not what STIX 2.1 says."""

    code = "not-stix"


class StixTooLarge(BadFile):
    """The bundle holds more than is checked: bytes, objects or nesting."""

    code = "stix-too-large"
