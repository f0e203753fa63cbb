/** Stands in until there is a player. */
export function LivePlayer({ camera }: { camera: string; codec?: string }) {
  return <div class="dark-picture" aria-label={camera} />;
}
