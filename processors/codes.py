"""Codes: every kind of finding, how grave one can be, and those that come with words of their own."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Coded(StrEnum):
    """Codes, each with what is said of it to people; `said`: in French."""

    said: str

    def __new__(cls, code: str, said: str) -> Self:
        made = str.__new__(cls, code)
        made._value_, made.said = code, said
        return made


class Severity(StrEnum):
    """What a finding does to its subject."""

    INFO = "info"  # mended, and said
    WARNING = "warning"  # goes on, somebody should look
    BLOCKING = "blocking"  # waits for a new scan or a person


class Code(StrEnum):
    """Every kind of finding on a scan, an arrival or a reconciliation."""

    MISSING_PAGES = "missing_pages"
    DUPLICATE_PAGES = "duplicate_pages"
    PAGES_OUT_OF_ORDER = "pages_out_of_order"
    PILE_REORDERED = "pile_reordered"
    UNSURE_ORDER = "unsure_order"
    MISPLACED_PAGE = "misplaced_page"
    TWO_HANDS = "two_hands"
    PERHAPS_TWO_HANDS = "perhaps_two_hands"  # as long as somebody lacks
    BLANK_INSIDE = "blank_inside"
    SAME_PAGE = "same_page"
    NAMELESS_SHEET = "nameless_sheet"
    ANNEX = "annex"
    UNDECLARED_PAGE = "undeclared_page"
    UNPLACED_ANNEX = "unplaced_annex"
    UPSIDE_DOWN = "upside_down"
    FOREIGN_PAGE = "foreign_page"
    OLD_MODEL = "old_model"
    REFUSED_MODEL = "refused_model"
    UNIDENTIFIED = "unidentified"
    UNKNOWN_CANDIDATE = "unknown_candidate"
    LABEL_CONFLICT = "label_conflict"
    MIXED_COPY = "mixed_copy"
    WRONG_EXAM = "wrong_exam"
    WRONG_CENTRE = "wrong_centre"
    UNREADABLE_PAGE = "unreadable_page"
    BLANK_COPY = "blank_copy"
    NO_PAGE_NUMBERS = "no_page_numbers"
    DUPLICATE_COPY = "duplicate_copy"
    LATE = "late"
    PRESENT_WITHOUT_COPY = "present_without_copy"
    COPY_OF_ABSENT = "copy_of_absent"
    EXPECTED_MORE_COPIES = "expected_more_copies"
    NOT_ANONYMOUS = "not_anonymous"
    LABEL_MISPLACED = "label_misplaced"
    DRAWN_OVER = "drawn_over"
    OFF_SCALE_PAGE = "off_scale_page"
    OFF_SCALE_PILE = "off_scale_pile"
    SCALED_PILE = "scaled_pile"
    REPORTED = "reported"
    SCAN_AGAIN = "scan_again"
    # Of a whole pile: the scanner and its settings
    SCANNER_LINE = "scanner_line"
    SCANNER_BAND = "scanner_band"
    SCANNER_BLIND = "scanner_blind"
    DIRTY_GLASS = "dirty_glass"
    SIDE_TURNED = "side_turned"
    PILE_TURNED = "pile_turned"
    VERSOS_REPEATED = "versos_repeated"
    BLANKS_REMOVED = "blanks_removed"
    ONE_SIDED = "one_sided"
    PILE_UNREADABLE = "pile_unreadable"
    PILE_ASKEW = "pile_askew"
    PILE_GRAY = "pile_gray"
    # A dropped file that cannot be taken as it is
    NOT_A_PDF = "not_a_pdf"
    EMPTY_FILE = "empty_file"
    DAMAGED_FILE = "damaged_file"
    ENCRYPTED_FILE = "encrypted_file"
    NO_PAGES = "no_pages"
    PORTFOLIO = "portfolio"
    SEVERAL_FILES = "several_files"
    ATTACHED_FILES = "attached_files"
    TOO_MANY_PAGES = "too_many_pages"
    FILE_TOO_LARGE = "file_too_large"
    UNKNOWN_CENTRE = "unknown_centre"
    UNKNOWN_EXAM = "unknown_exam"
    BAD_NAME = "bad_name"
    READING_FAILED = "reading_failed"
