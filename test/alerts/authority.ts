import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key: paths of PEM files, and their text. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  text(part: 'cert' | 'key'): string;
}

/** An authority of one's own that signs certificates, made by openssl in a folder of its own. */
export interface Authority {
  /** path of its own certificate, PEM */
  readonly ca: string;
  /** @param names for a broker: `IP:127.0.0.1`; @param expired it ran out yesterday */
  issue(name: string, names?: string, expired?: boolean): Issued;
  remove(): void;
}

export function authority(name = 'test authority'): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-authority-'));
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.pem');
  // `openssl ca` alone can date a certificate back on the versions that are about.
  writeFileSync(at('index'), '');
  writeFileSync(at('serial'), '01\n');
  writeFileSync(at('ca.conf'), '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=copy\n[any]\ncommonName=supplied\n');
  return {
    ca: at('ca.pem'),
    issue(subject, names, expired = false) {
      const [cert, own, request] = [`${subject}.pem`, `${subject}.key`, `${subject}.csr`];
      openssl('req', ...key, '-subj', `/CN=${subject}`, ...(names ? ['-addext', `subjectAltName=${names}`] : []), '-keyout', own, '-out', request);
      const dates = expired ? ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'] : ['-days', '2'];
      openssl('ca', '-config', 'ca.conf', '-batch', '-notext', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', request, '-out', cert, ...dates);
      return { cert: at(cert), key: at(own), text: (part) => readFileSync(part === 'cert' ? at(cert) : at(own), 'utf8') };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
