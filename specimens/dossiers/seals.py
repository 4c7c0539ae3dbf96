"""Digital signatures of an invented person, as a signing program adds them; and fields left empty."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNER = "Mireille Imbert"
Points = tuple[int, int, int, int]
"""Left, bottom, right, top of a field on its page."""


def sealed(pdf: bytes, field: str, box: Points, page: int = 0) -> bytes:
    """The PDF signed in a field of this name; `page` from 0."""
    writer = _with_field(pdf, field, box, page)
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(field_name=field)
    signers.sign_pdf(writer, meta, signer=_signer(), output=out)
    return out.getvalue()


def with_empty_field(pdf: bytes, field: str, box: Points, page: int = 0) -> bytes:
    """The PDF with a field that waits for a signature; `page` from 0."""
    out = io.BytesIO()
    _with_field(pdf, field, box, page).write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _with_field(pdf: bytes, field: str, box: Points, page: int) -> IncrementalPdfFileWriter:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec(field, box=box, on_page=page))
    return writer


@cache
def _signer() -> signers.SimpleSigner:
    key = rsa.generate_private_key(65537, 2048)
    name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, SIGNER)])
    made = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2035, 1, 1, tzinfo=UTC))
        .add_extension(certificates.KeyUsage(*[True, True, *[False] * 7]), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
