import { computed, effect, signal } from '@preact/signals';
import { ask, get, post, refused } from './api/client.ts';
import { Problem } from './api/problem.ts';

export type Scope = 'viewer' | 'editor' | 'admin';
export interface Principal {
  readonly name: string;
  readonly scope: Scope;
}

export type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'in'; readonly who: Principal }
  | { readonly state: 'out'; readonly problem?: Problem; readonly expired?: boolean };

export const session = signal<Session>({ state: 'asking' });

/** That somebody signed in here before: without it, there is no session to ask for. */
const SIGNED = 'lookout.signed';

const RANK: Readonly<Record<Scope, number>> = { viewer: 0, editor: 1, admin: 2 };

function atLeast(scope: Scope): boolean {
  return session.value.state === 'in' && RANK[session.value.who.scope] >= RANK[scope];
}

/** May rules, cameras and feedback be changed? */
export const mayEdit = computed(() => atLeast('editor'));
/** May settings and tokens be? */
export const mayAdmin = computed(() => atLeast('admin'));

/**
 * Takes the token out of the address's fragment, so that it stays in no history, and exchanges it for a session; without one asks whether
 * there is a session already.
 */
export async function startSession(): Promise<void> {
  effect(() => {
    // a request that was refused while somebody was signed in: the session is over
    if (refused.value > 0 && session.peek().state === 'in') session.value = { state: 'out', expired: true };
  });
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  if (token) await signIn(token);
  else if (localStorage.getItem(SIGNED)) await resume();
  else session.value = { state: 'out' };
}

export async function signIn(token: string): Promise<void> {
  session.value = { state: 'asking' };
  await settle(() => post<Principal>('/v1/session', { token: token.trim() }), true);
}

/**
 * Asks whether there is a session, as when Lookout answers again. Who is signed in stays so while Lookout does not answer.
 * @returns whether it answered that there is one
 */
export async function resume(): Promise<boolean> {
  return settle(() => get<Principal>('/v1/session'), false);
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/v1/session').catch(() => undefined);
  localStorage.removeItem(SIGNED);
  session.value = { state: 'out' };
}

async function settle(asked: () => Promise<Principal>, tell: boolean): Promise<boolean> {
  try {
    const { name, scope } = await asked();
    session.value = { state: 'in', who: { name, scope } };
    localStorage.setItem(SIGNED, 'yes');
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const away = error.status !== 401 && error.status !== 403;
    if (away && session.peek().state === 'in') return false;
    if (session.peek().state !== 'out') session.value = { state: 'out', ...(tell || away ? { problem: error } : {}) };
    return false;
  }
}
