/** @file An authority of one's own and the certificates it signs: ECDSA on P-256 with SHA-256, for servers and clients of this protocol. */

// oxlint-disable-next-line import/no-unassigned-import -- what @peculiar/x509 is built with asks for it
import 'reflect-metadata';
import { createHash, KeyObject, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Digest } from '@softpost/shared/artifact/digest';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600 * 1000;
/** Clocks of other machines may be a little behind. */
const SKEW_MS = 5 * 60 * 1000;

/** PEM: a certificate, and the private key (PKCS #8) that belongs to it. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** From now until so many days from now, if not said otherwise. */
export interface Validity {
  readonly days: number;
  readonly from?: Date;
}

export type Purpose =
  /** @param hosts names and IP addresses that it answers at */
  { readonly kind: 'server'; readonly hosts: readonly string[] } | { readonly kind: 'client'; readonly name: string };

export async function createAuthority(name: string, validity: Validity): Promise<CertifiedKey> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: commonName(name),
    keys,
    signingAlgorithm: ALGORITHM,
    ...between(validity),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: privatePem(keys) };
}

export async function issueCertificate(
  authority: CertifiedKey,
  purpose: Purpose,
  validity: Validity,
): Promise<CertifiedKey> {
  const keys = await newKeys();
  const issuer = new X509Certificate(authority.certificate);
  const [pkcs8] = PemConverter.decode(authority.key);
  const signingKey = await crypto.subtle.importKey('pkcs8', pkcs8!, ALGORITHM, false, ['sign']);
  const isServer = purpose.kind === 'server';
  const certificate = await X509CertificateGenerator.create({
    subject: commonName(isServer ? purpose.hosts[0]! : purpose.name),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    ...between(validity),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([isServer ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(isServer ? [alternativeNames(purpose.hosts)] : []),
    ],
  });
  return { certificate: certificate.toString('pem'), key: privatePem(keys) };
}

/** How a tenant names the client certificate that it must use: SHA-256 of its DER. */
export function certificateDigest(der: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

/** The same of a certificate in PEM. */
export function pemDigest(pem: string): Digest {
  return certificateDigest(new Uint8Array(new X509Certificate(pem).rawData));
}

function alternativeNames(hosts: readonly string[]): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension(
    hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
  );
}

/** As a structure and not as text, so that no character of the name means anything else. */
function commonName(name: string): Name {
  return new Name([{ CN: [{ utf8String: name }] }]);
}

function between({ days, from = new Date(Date.now() - SKEW_MS) }: Validity): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: from, notAfter: new Date(from.getTime() + days * DAY_MS) };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function privatePem({ privateKey }: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}
