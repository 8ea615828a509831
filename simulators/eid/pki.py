"""The test authorities: roots, citizen authorities, the national register's signers and OCSP signers, in one folder.

    pki = Pki(folder, ocsp_url="http://127.0.0.1:8080")
    chip = pki.chip("1.8", person)          # keys and certificates of one card
    pki.trust                               # PEM: the authorities that a back end pins

Keys are kept in the folder, so that an RSA card is made once. Every certificate here says TEST.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from simulators.eid.people import Person

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
EC_KIND, RSA_KIND, HYBRID_KIND, OLD_KIND = "1.8", "1.7", "hybrid", "1.1"
# Who vouches for a kind: [H17] a hybrid chip has RSA keys under an EC authority. Applet 1.1 came with the RSA ones.
EC_AUTHORITIES = frozenset({EC_KIND, HYBRID_KIND})
RSA_BITS = {RSA_KIND: 2048, HYBRID_KIND: 2048, OLD_KIND: 1024}
# Policies as seen on real cards: citizen authentication, citizen signature.
AUTHENTICATION_POLICY = ObjectIdentifier("2.16.56.12.1.1.2.2")
SIGNATURE_POLICY = ObjectIdentifier("2.16.56.12.1.1.2.1")
CARD_YEARS = 10
MAX_COMMON_NAME = 64  # RFC 5280, upper bound of a common name


@dataclass(frozen=True)
class Signer:
    """A key and its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Chip:
    """What one card holds: `authentication` and `signature` are None where the holder is too young for them."""

    kind: str
    authentication: Signer | None
    signature: Signer | None
    basic: ec.EllipticCurvePrivateKey | None


class Pki:
    """The authorities in `folder`, made at first use. `ocsp_url` goes into the certificates of cards."""

    def __init__(self, folder: Path, ocsp_url: str = "") -> None:
        self.folder = folder
        self.ocsp_url = ocsp_url
        folder.mkdir(parents=True, exist_ok=True)
        self.revoked = folder / "revoked.txt"
        self.trust = folder / "trust.pem"
        pinned = (self.root, self.root_rsa, self.citizen_ec, self.citizen_rsa)
        self.trust.write_bytes(b"".join(_pem(signer.certificate) for signer in pinned))

    # --- the authorities -----------------------------------------------------------------------------------------

    @cached_property
    def root(self) -> Signer:
        """The root: EC P-384, as Belgium Root CA6."""
        return self._authority("root", _name("TEST Belgium Root CA6"), None)

    @cached_property
    def root_rsa(self) -> Signer:
        """The root of before: RSA, as Belgium Root CA4."""
        return self._authority("root-rsa", _name("TEST Belgium Root CA4"), None)

    @cached_property
    def citizen_ec(self) -> Signer:
        """The citizen authority of 1.8 and hybrid cards: EC P-384."""
        return self._authority("citizen-ec", _name("TEST Citizen CA", "202601"), self.root)

    @cached_property
    def citizen_rsa(self) -> Signer:
        """The citizen authority of 1.7 cards: RSA."""
        return self._authority("citizen-rsa", _name("TEST Citizen CA", "201801"), self.root_rsa)

    @cached_property
    def register_ec(self) -> Signer:
        """The national register, which signs identity and address: subject CN "RRN"."""
        return self._register("rrn", EC_KIND, self.root)

    @cached_property
    def register_rsa(self) -> Signer:
        """The same for cards of before [C17]."""
        return self._register("rrn-rsa", RSA_KIND, self.root_rsa)

    def _register(self, name: str, kind: str, root: Signer) -> Signer:
        key = self._key(name, kind)
        builder = self._builder(_name("RRN"), key, root, years=CARD_YEARS)
        usage = x509.KeyUsage(**_usage(digital_signature=True))
        return _issue(builder.add_extension(usage, critical=True), key, root)

    def authority(self, kind: str) -> Signer:
        """Who issues the certificates of a kind of card."""
        return self.citizen_ec if kind in EC_AUTHORITIES else self.citizen_rsa

    def root_of(self, kind: str) -> Signer:
        """Under which root a kind of card hangs."""
        return self.root if kind in EC_AUTHORITIES else self.root_rsa

    def register(self, kind: str) -> Signer:
        """Who signs identity and address on a kind of card."""
        return self.register_ec if kind in EC_AUTHORITIES else self.register_rsa

    @cached_property
    def stranger(self) -> Pki:
        """Another authority with the same names and keys of its own: what somebody makes at home."""
        return Pki(self.folder / "stranger", self.ocsp_url)

    def ocsp_signer(self, authority: Signer) -> Signer:
        """A delegated OCSP responder of an authority (RFC 6960 §4.2.2.2)."""
        name = "ocsp-ec" if authority is self.citizen_ec else "ocsp-rsa"
        key = self._key(name, EC_KIND)
        builder = (
            self._builder(_name("TEST OCSP Responder"), key, authority, years=1)
            .add_extension(x509.KeyUsage(**_usage(digital_signature=True)), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
            .add_extension(x509.OCSPNoCheck(), critical=False)
        )
        return _issue(builder, key, authority)

    # --- cards -----------------------------------------------------------------------------------------------------

    def chip(self, kind: str, person: Person, *, years_ago: int = 0, with_certificates: bool = True) -> Chip:
        """Make the keys and certificates of one card, issued `years_ago`; after ten they have expired."""
        basic = self._key(f"{person.slug}-basic", EC_KIND) if kind == EC_KIND else None
        assert basic is None or isinstance(basic, ec.EllipticCurvePrivateKey)  # noqa: S101 - 1.8 means EC
        adult = with_certificates and not person.minor
        return Chip(
            kind,
            self._card_certificate(kind, person, "Authentication", years_ago) if with_certificates else None,
            self._card_certificate(kind, person, "Signature", years_ago) if adult else None,
            basic,
        )

    def revoke(self, certificate: x509.Certificate) -> None:
        """Put a certificate on the list of the OCSP responder."""
        with self.revoked.open("a", encoding="ascii") as revoked:
            revoked.write(f"{certificate.serial_number:x}\n")

    def _card_certificate(self, kind: str, person: Person, use: str, years_ago: int) -> Signer:
        key = self._key(f"{person.slug}-{kind}-{use.lower()}", kind)
        authority = self.authority(kind)
        signature = use == "Signature"
        builder = (
            self._builder(_card_name(person, use), key, authority, years=CARD_YEARS, years_ago=years_ago)
            .add_extension(
                x509.KeyUsage(**_usage(digital_signature=not signature, content_commitment=signature)), critical=True
            )
            .add_extension(_policy(SIGNATURE_POLICY if signature else AUTHENTICATION_POLICY, kind), critical=False)
        )
        if not signature:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        if self.ocsp_url:
            builder = builder.add_extension(_ocsp_at(self.ocsp_url), critical=False)
        return _issue(builder, key, authority)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _authority(self, name: str, subject: x509.Name, issuer: Signer | None) -> Signer:
        """Read an authority from the folder, or make it: it must stay the same for those who pinned it."""
        key = self._key(name, RSA_KIND if name.endswith("rsa") else EC_KIND)
        file = self.folder / f"{name}.pem"
        if file.exists():
            return Signer(key, x509.load_pem_x509_certificate(file.read_bytes()))
        usage = x509.KeyUsage(**_usage(key_cert_sign=True, crl_sign=True))
        builder = (
            self._builder(subject, key, issuer, years=20)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None if issuer is None else 0), critical=True)
            .add_extension(usage, critical=True)
        )
        made = _issue(builder, key, issuer)
        file.write_bytes(_pem(made.certificate))
        return made

    def _key(self, name: str, kind: str) -> PrivateKey:
        file = self.folder / f"{name}.key"
        if file.exists():
            key = serialization.load_pem_private_key(file.read_bytes(), None)
        else:
            key = _new_key(kind)
            file.write_bytes(_key_pem(key))
            file.chmod(0o600)
        assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))  # noqa: S101 - we wrote it
        return key

    def _builder(
        self, subject: x509.Name, key: PrivateKey, issuer: Signer | None, *, years: int, years_ago: int = 0
    ) -> x509.CertificateBuilder:
        issued = _years_before(dt.datetime.now(dt.UTC), years_ago) - dt.timedelta(minutes=5)
        issuer_key = issuer.key if issuer else key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(issued)
            .not_valid_after(_years_before(issued, -years))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


def _issue(builder: x509.CertificateBuilder, key: PrivateKey, issuer: Signer | None) -> Signer:
    signing = issuer.key if issuer else key
    digest = hashes.SHA384() if isinstance(signing, ec.EllipticCurvePrivateKey) else hashes.SHA256()
    return Signer(key, builder.sign(signing, digest))


def _new_key(kind: str) -> PrivateKey:
    if kind == EC_KIND:
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65537, RSA_BITS[kind])


def _name(common_name: str, serial: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if serial:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


def _card_name(person: Person, use: str) -> x509.Name:
    first, role = person.given_names.split()[0], f" ({use})"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{first} {person.surname}"[: MAX_COMMON_NAME - len(role)] + role),
            x509.NameAttribute(NameOID.SURNAME, person.surname),
            x509.NameAttribute(NameOID.GIVEN_NAME, person.given_names),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, person.ssin),
        ]
    )


def _usage(**on: bool) -> dict[str, bool]:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return dict.fromkeys(names.split(), False) | on


def _policy(oid: ObjectIdentifier, kind: str) -> x509.CertificatePolicies:
    """With a notice on an EC card, so that both kinds of certificate are of some 1000 bytes, as real ones are."""
    notice = x509.UserNotice(None, "TEST. Given to nobody; proves nothing. For trying out what reads an identity card.")
    statement = "https://repository.eidpki.belgium.be"
    return x509.CertificatePolicies([x509.PolicyInformation(oid, [statement, notice] if kind == EC_KIND else None)])


def _ocsp_at(url: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)])


def _years_before(moment: dt.datetime, years: int) -> dt.datetime:
    """Leave out a 29 February that the other year does not have."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - years, day=day, microsecond=0)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
