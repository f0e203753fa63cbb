const KEY = 'lookout.loaded-anew';
/** ms */
const NOT_AGAIN_FOR = 60_000;

/**
 * A page that is open while Lookout gets a new one asks for files that are gone: it is loaded anew, though not over and over.
 * https://vite.dev/guide/build#load-error-handling
 */
export function replaceOldBuild(): void {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < NOT_AGAIN_FOR) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  });
}
