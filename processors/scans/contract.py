"""The JSON that `massicot read` prints and the vault keeps: a contract with whoever reads it."""

from __future__ import annotations

from typing import Any

from processors.findings import Finding
from processors.scans.readings import CopyReading, PageReading, ScanReading


def scan_json(reading: ScanReading, seconds: float) -> dict[str, Any]:
    """The whole reading as plain JSON values. `page` counts A4 pages in the order of the file, from 1."""
    return {
        "scan": {
            "sha256": reading.sha256,
            "images": reading.images,
            "pages": len(reading.pages),
            "seconds": round(seconds, 2),
        },
        "pages": [_page_json(page) for page in reading.pages],
        "copies": [_copy_json(copy) for copy in reading.copies],
        "findings": [finding_json(finding) for finding in reading.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "pages": list(finding.pages),
        "evidence": [
            {"page": shown.page, "box": list(shown.box) if shown.box else None} for shown in finding.evidence
        ],
    }


def _page_json(page: PageReading) -> dict[str, Any]:
    return {
        "page": page.page,
        "image": page.image,
        "half": page.half.value if page.half else None,
        "area": list(page.area) if page.area else None,
        "turn": int(page.turn),
        "kind": page.kind.value,
        "model": page.model,
        "label": page.label,
        "boxes": {
            name: {"text": field.text, "confidence": round(float(field.confidence), 4)}
            for name, field in page.boxes.items()
        },
        "number": page.number,
        "total": page.total,
        "blank": bool(page.blank),
        "sharpness": round(float(page.sharpness), 3),
        "resolution_dpi": int(page.resolution_dpi),
    }


def _copy_json(copy: CopyReading) -> dict[str, Any]:
    return {
        "candidate": copy.candidate,
        "attributed_by": list(copy.attributed_by),
        "status": copy.status.value,
        "pages": list(copy.pages),
        "missing": list(copy.missing),
        "seen": [[sign.value for sign in signs] for signs in copy.seen],
        "guesses": [
            {"candidate": guess.candidate, "probability": round(float(guess.probability), 4)}
            for guess in copy.guesses
        ],
        "findings": [finding_json(finding) for finding in copy.findings],
    }
