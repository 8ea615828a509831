"""The file system of a virtual card: identity, address, photo, certificates and PKCS#15 files, padded as on real cards.

Layout, sizes and padding: [C18 §5, §6], [C17]; the PKCS#15 structures are those of PKCS#15 v1.1 (ISO 7816-15).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from simulators.eid.people import Person
from simulators.eid.pki import EC_KIND, Chip, Pki, PrivateKey, Signer


@dataclass(frozen=True)
class Layout:
    """How long files are on a generation: the zeros behind a certificate, or in its place; a register's signature."""

    padding: int
    absent: int
    signature: int


LAYOUT_1_8, LAYOUT_1_7 = Layout(1100, 2500, 112), Layout(50, 1300, 256)
ADDRESS_SIZE = 121
# [C18 §6.1] a date of birth is written as the municipality writes it, in German with dots.
MONTHS = {
    "nl": ("JAN", "FEB", "MAAR", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC"),
    "fr": ("JAN", "FEV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOUT", "SEPT", "OCT", "NOV", "DEC"),
    "de": ("JAN", "FEB", "MÄR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ"),
}

AUTHENTICATION, SIGNATURE, AUTHORITY, ROOT, REGISTER = 0x5038, 0x5039, 0x503A, 0x503B, 0x503C
IDENTITY, IDENTITY_SIGNATURE, ADDRESS, ADDRESS_SIGNATURE, PHOTO, BASIC_KEY = (
    0x4031, 0x4032, 0x4033, 0x4034, 0x4035, 0x4040,
)  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """The numbers of one chip: 16 bytes of serial number, and twelve digits printed on the card."""

    serial: bytes
    card: str


def file_system(pki: Pki, person: Person, chip: Chip, numbers: Numbers) -> dict[int, bytes]:
    """Every file by its identifier (they are unique on the card, so that no directory is needed)."""
    files = {
        0x2F00: application_directory(),
        0x5031: object_directory(),
        0x5032: token_information(numbers.serial),
        0x5034: authentication_objects(),
        0x5035: private_keys(chip),
        0x5037: certificates(chip),
        PHOTO: photo(),
    }
    files |= _certificate_files(pki, chip)
    if chip.basic is not None:
        files[BASIC_KEY] = chip.basic.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return files | _signed_files(pki, person, chip, numbers, files)


def _certificate_files(pki: Pki, chip: Chip) -> dict[int, bytes]:
    layout = layout_of(chip.kind)

    def stored(signer: Signer | None) -> bytes:
        if signer is None:
            return bytes(layout.absent)
        return signer.der + bytes(layout.padding)

    return {
        AUTHENTICATION: stored(chip.authentication),
        SIGNATURE: stored(chip.signature),
        AUTHORITY: stored(pki.authority(chip.kind)),
        ROOT: stored(pki.root_of(chip.kind)),
        REGISTER: stored(pki.register(chip.kind)),
    }


def layout_of(kind: str) -> Layout:
    """A hybrid card is a chip of before with other certificates [H17]."""
    return LAYOUT_1_8 if kind == EC_KIND else LAYOUT_1_7


# --- identity and address [C18 §6] -----------------------------------------------------------------------------------


def _signed_files(pki: Pki, person: Person, chip: Chip, numbers: Numbers, files: dict[int, bytes]) -> dict[int, bytes]:
    """Identity and address, each signed by the national register; the second covers the first's signature."""
    identity_file = identity(person, chip, numbers, files)
    identity_signature = _register_signature(pki, chip, identity_file)
    where = address(person)
    return {
        IDENTITY: identity_file,
        IDENTITY_SIGNATURE: identity_signature,
        ADDRESS: where.ljust(ADDRESS_SIZE, b"\0"),
        ADDRESS_SIGNATURE: _register_signature(pki, chip, where + identity_signature),
    }


def _register_signature(pki: Pki, chip: Chip, data: bytes) -> bytes:
    key = pki.register(chip.kind).key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(data, ec.ECDSA(hashes.SHA384()))
    else:
        signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())  # as long as the photo's hash
    return signature.ljust(layout_of(chip.kind).signature, b"\0")


def tlv(fields: dict[int, bytes]) -> bytes:
    """Tag, length, value; a length is one byte as long as it is below 255."""
    return b"".join(bytes((tag,)) + _tlv_length(len(value)) + value for tag, value in fields.items())


def _tlv_length(length: int) -> bytes:
    whole, rest = divmod(length, 255)
    return b"\xff" * whole + bytes((rest,))


def identity(person: Person, chip: Chip, numbers: Numbers, files: dict[int, bytes]) -> bytes:
    """EF 4031."""
    hashed: Callable[[bytes], hashlib._Hash] = hashlib.sha384 if chip.kind == EC_KIND else hashlib.sha256
    issued = chip.authentication.certificate.not_valid_before_utc if chip.authentication else dt.datetime.now(dt.UTC)
    given = person.given_names.split()
    texts = {
        1: numbers.card,
        3: f"{issued:%d.%m.%Y}",
        4: f"{issued:%d.%m.}{issued.year + 10}",
        5: person.issued_in or person.municipality,
        6: person.ssin,
        7: person.surname,
        8: " ".join(given[:2]),
        9: given[2][:1] if len(given) > 2 else "",  # noqa: PLR2004 - the third given name
        10: person.nationality,
        11: person.birth_place,
        12: birth_date(person),
        13: person.sex,
        14: "",
        15: person.document_type,
        16: "0",
    }
    fields = {tag: text.encode() for tag, text in (texts | person.tags).items()} | {2: numbers.serial}
    fields[17] = hashed(files[PHOTO]).digest()
    if BASIC_KEY in files:
        fields[26] = hashlib.sha384(files[BASIC_KEY]).digest()
    return tlv(dict(sorted(fields.items())))


def birth_date(person: Person) -> str:
    """As it stands in tag 12."""
    space = "." if person.months == "de" else " "
    return space.join((f"{person.born.day:02}", MONTHS[person.months][person.born.month - 1], str(person.born.year)))


def address(person: Person) -> bytes:
    """EF 4033 without its padding."""
    return tlv({1: person.street.encode(), 2: person.postcode.encode(), 3: person.municipality.encode()})


def photo() -> bytes:
    """A grey silhouette of 140 by 200: a face of nobody."""
    from PIL import Image, ImageDraw  # here: only who makes a card pays for it

    picture = Image.new("L", (140, 200), 220)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 40, 100, 115), fill=120)
    draw.ellipse((10, 125, 130, 290), fill=120)
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=70)
    return stored.getvalue()


# --- PKCS#15 ---------------------------------------------------------------------------------------------------------


def der(tag: int, *parts: bytes) -> bytes:
    """One DER element; every one of ours is shorter than 256 bytes."""
    body = b"".join(parts)
    short = len(body) < 0x80  # noqa: PLR2004 - X.690 §8.1.3.4
    return bytes((tag, len(body)) if short else (tag, 0x81, len(body))) + body


def _path(*identifiers: int) -> bytes:
    return der(0x30, der(0x04, b"".join(i.to_bytes(2, "big") for i in identifiers)))


def _int(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _label(text: str, flags: bytes = b"") -> bytes:
    return der(0x30, der(0x0C, text.encode()), flags)


def _bits(unused: int, *octets: int) -> bytes:
    return der(0x03, bytes((unused, *octets)))


def application_directory() -> bytes:
    """EF(DIR): application BELPIC at DF00."""
    return der(
        0x61,
        der(0x4F, bytes.fromhex("A000000177504B43532D3135")),
        der(0x50, b"BELPIC"),
        der(0x51, bytes.fromhex("3F00DF00")),
        der(0x73, der(0x06, bytes.fromhex("603802"))),
    )


def object_directory() -> bytes:
    """ODF: where the private keys, the certificates and the PIN are described."""
    places = ((0xA0, 0x5035), (0xA4, 0x5037), (0xA8, 0x5034))
    return b"".join(der(tag, _path(0x3F00, 0xDF00, identifier)) for tag, identifier in places)


def token_information(serial: bytes) -> bytes:
    """TokenInfo: serial number, label, flags (PIN needed, PRN generation)."""
    return der(0x30, _int(0), der(0x04, serial), der(0x80, b"BELPIC"), _bits(4, 0x30), der(0x9E, b"\x04\x02\0\0"))


def authentication_objects() -> bytes:
    """AODF: one PIN, 4 to 12 BCD digits in 8 bytes, padded with FF, reference 1."""
    flags = _bits(2, 0x0C)
    attributes = der(
        0x30, flags, der(0x0A, b"\0"), _int(4), _int(8), der(0x80, b"\1"), der(0x04, b"\xff"), _path(0x3F00)
    )
    return der(0x30, _label("Basic PIN", _bits(6, 0xC0)), der(0x30, der(0x04, b"\1")), der(0xA1, attributes))


def private_keys(chip: Chip) -> bytes:
    """PrKDF: the authentication key (82) and, for an adult, the signature key (83)."""
    signer, keys = chip.authentication, []
    if signer:
        keys.append(_private_key(signer.key, "Authentication", 2, 0x82, _bits(5, 0x20)))
    if chip.signature:
        keys.append(_private_key(chip.signature.key, "Signature", 3, 0x83, _bits(6, 0x00, 0x40)))
    return b"".join(keys)


def _private_key(key: PrivateKey, label: str, identifier: int, reference: int, usage: bytes) -> bytes:
    elliptic = not isinstance(key, rsa.RSAPrivateKey)
    common = _label(label, _bits(6, 0xC0) + der(0x04, b"\1"))
    key_class = der(0x30, der(0x04, bytes((identifier,))), usage, _bits(3, 0xB8), _int(reference))
    size = _int(key.key_size)
    return der(0xA0 if elliptic else 0x30, common, key_class, der(0xA1, der(0x30, _path(0x3F00, 0xDF00), size)))


def certificates(chip: Chip) -> bytes:
    """CDF: the certificates that are there."""
    there = [
        ("Authentication", 2, AUTHENTICATION, chip.authentication is not None, b""),
        ("Signature", 3, SIGNATURE, chip.signature is not None, b""),
        ("CA", 4, AUTHORITY, True, der(0x01, b"\xff")),
        ("Root", 6, ROOT, True, der(0x01, b"\xff")),
    ]
    return b"".join(
        der(
            0x30,
            _label(label, _bits(6, 0x40)),
            der(0x30, der(0x04, bytes((identifier,))), authority),
            der(0xA1, der(0x30, _path(0x3F00, 0xDF00, file))),
        )
        for label, identifier, file, present, authority in there
        if present
    )
