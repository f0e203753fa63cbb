import { has, outputOf, runs, SetupError } from './say.mjs';

/** Programs that one command needs, each with Debian's package of it. A need without `program` is told by the package alone. */
export const NEEDS = {
  setup: [],
  demo: [{ program: 'ffmpeg', package: 'ffmpeg' }],
  test: [
    { program: 'ffmpeg', package: 'ffmpeg' },
    { program: 'mosquitto', package: 'mosquitto' },
    ...['python3-gi', 'gir1.2-gst-rtsp-server-1.0', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-ugly']
      .map((name) => ({ package: name })),
  ],
  'test:fleet': [
    { program: 'ffmpeg', package: 'ffmpeg' },
    { program: 'mosquitto', package: 'mosquitto' },
  ],
  'test:e2e': [
    { program: 'ffmpeg', package: 'ffmpeg' },
    { program: 'mosquitto', package: 'mosquitto' },
    { program: 'chromium', package: 'chromium' },
    // 中文 in screenshots
    { package: 'fonts-noto-cjk' },
  ],
  build: [
    { program: 'python3', package: 'python3' },
    { program: 'make', package: 'make' },
    { program: 'g++', package: 'g++' },
  ],
};

/**
 * Installs what is missing, where that is permitted (root, or sudo that asks for no password).
 * @throws SetupError that names the packages
 */
export async function provide(needs, purpose) {
  const missing = needs.filter((need) => !present(need)).map((need) => need.package);
  if (missing.length === 0) return;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'];
  const advice = `Lookout needs ${missing.join(', ')} ${purpose}. Install ${missing.length > 1 ? 'them' : 'it'} with:\n  ` +
    `${asRoot.length > 0 ? 'sudo ' : ''}apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!has('apt-get') || (asRoot.length > 0 && outputOf('sudo', ['-n', 'true']) === undefined)) throw new SetupError(advice);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (what, ...args) => {
    const [command, ...rest] = [...asRoot, 'apt-get', '-q', ...args];
    return runs(what, command, rest, env);
  };
  const install = () => apt(`Installing ${missing.join(', ')} ${purpose}`, 'install', '-y', '--no-install-recommends', ...missing);
  // The package lists of a fresh machine are missing or old; those of a used one mostly serve.
  if (known(missing) && (await install())) return;
  if (!(await apt('Asking Debian for its packages', 'update')) || !(await install())) throw new SetupError(`apt-get failed. ${advice}`);
}

function present(need) {
  if (need.program) return has(need.program);
  // Without dpkg nobody can tell; the tests that need the package say so themselves.
  return !has('dpkg-query') || (outputOf('dpkg-query', ['-W', '-f=${Status}', need.package]) ?? '').includes('ok installed');
}

function known(packages) {
  return packages.every((name) => /Candidate: (?!\(none\))/.test(outputOf('apt-cache', ['policy', name]) ?? ''));
}
