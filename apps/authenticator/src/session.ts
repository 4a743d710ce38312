/**
 * What the page shows, as one value that changes: accounts and how each is doing, requests that wait,
 * news. It listens for every account, in every open page; one page holds the channel, and the others
 * are told by it.
 */
import {
  type Account,
  type AccountRequest,
  type Device,
  DeviceError,
  type Listening,
  listen,
} from '../../../packages/device/src/index.ts';
import { logEvent } from './event-log.ts';
import { hearPages, tellPages } from './pages.ts';
import { keyOf, type Waiting, withArrived, withNotice, without } from './request-queue.ts';
import { onWaking } from './waking.ts';
import { nameOf, wordsOf } from './words.ts';

/**
 * `UNKNOWN`: the server doesn't know the account, though it wasn't removed here. `MOVED`: the server is
 * known by another address now.
 */
export type Connection = 'CONNECTING' | 'CONNECTED' | 'OFFLINE' | 'BLOCKED' | 'UNKNOWN' | 'MOVED';

/** How it went; `WARNING`: somebody else may be at work. */
export type Tone = 'DONE' | 'REFUSED' | 'WARNING' | 'PLAIN';

export interface Said {
  text: string;
  /** The same in short, where it stands above something else. */
  notice?: string;
  /** Default: `PLAIN`. */
  tone?: Tone;
  /** A request that was answered by a wrong number: it can be said that this was somebody else. */
  report?: AccountRequest;
}

export interface News extends Said {
  /** Counted: the same words twice are two pieces of news. */
  count: number;
}

export interface SessionState {
  /** Undefined until they were read. */
  accounts: Account[] | undefined;
  connections: Readonly<Record<string, Connection>>;
  waiting: readonly Waiting[];
  /** Accounts whose administrator asks for logs. */
  logsRequested: readonly Account[];
  /** Removals by others: shown until the user has seen them. */
  removals: readonly string[];
  news: News;
  /** A wrong number, until its user has said what it was: nothing takes its place. */
  alarm?: Said | undefined;
}

export interface Session {
  state(): SessionState;
  subscribe(changed: () => void): () => void;
  /** Listens; returns how to stop. */
  start(): () => void;
  /** Reads the accounts again, here and in the other pages. */
  changeAccounts(said?: Said): Promise<void>;
  /** The request was answered here, or has ended. */
  drop(request: AccountRequest, said?: Said): void;
  say(said: Said): void;
  /** Whoever answered by a wrong number says that they had started nothing. */
  report(request: AccountRequest): Promise<void>;
  endAlarm(): void;
  look(): void;
  seeRemovals(): void;
  endLogs(account: Account): void;
}

const ENDED_ELSEWHERE = 'This request is over: it was cancelled or answered elsewhere.';
export const TIMED_OUT = 'The request has ended: nobody answered it in time.';
/** How often it looks while something waits: a phone may sleep through what ends it. */
const LOOK_EVERY_MS = 5_000;
/** The server's time-out and the page's come at the same moment. */
const isOver = ({ showUntil }: AccountRequest) => Date.now() > showUntil - 1_000;

/** How an account is doing when this was told of it. */
function connectionAfter(error: unknown): Connection | undefined {
  const code = error instanceof DeviceError ? error.code : '';
  if (code === 'DEVICE_BLOCKED') return 'BLOCKED';
  if (code === 'ADDRESS_MISMATCH') return 'MOVED';
  if (code === 'NOT_PAIRED' || code === 'INVALID_SIGNATURE') return 'UNKNOWN';
  return code === '' ? undefined : 'OFFLINE';
}

export function createSession(device: Device): Session {
  let state: SessionState = {
    accounts: undefined,
    connections: {},
    waiting: [],
    logsRequested: [],
    removals: [],
    news: { text: '', count: 0 },
  };
  const subscribers = new Set<() => void>();
  const listenings = new Map<string, Listening>();

  function set(change: Partial<SessionState>): void {
    state = { ...state, ...change };
    for (const changed of subscribers) changed();
  }
  const say = (said: Said) =>
    set({
      news: { ...said, count: state.news.count + 1 },
      ...(said.report ? { alarm: said } : {}),
    });
  const endAlarm = () => set({ alarm: undefined, news: noNews() });
  /** What was said before is old when something is asked. */
  const noNews = () => ({ text: '', count: state.news.count });
  const setConnection = ({ id }: Account, connection: Connection) =>
    set({ connections: { ...state.connections, [id]: connection } });

  function arrived(request: AccountRequest): void {
    logEvent(`request ${request.challenge.id} ${request.challenge.kind}`);
    set({ waiting: withArrived(state.waiting, request), news: noNews() });
    tellPages({ type: 'LOOK', request: keyOf(request) });
  }

  function ended(request: AccountRequest): void {
    // What was replaced says so in the next one; what has run out has ended by itself.
    const isShown = state.waiting.some((one) => keyOf(one.request) === keyOf(request));
    logEvent(`ended ${request.challenge.id}`);
    if (!isShown) return;
    // The one that replaces it comes in the same moment.
    queueMicrotask(() => {
      const isStillShown = state.waiting.some((one) => keyOf(one.request) === keyOf(request));
      if (!isStillShown) return;
      set({ waiting: without(state.waiting, request) });
      say({ text: isOver(request) ? TIMED_OUT : ENDED_ELSEWHERE });
      tellPages({ type: 'LOOK' });
    });
  }

  /** Several requests, and several pages, may be told of the same one. */
  const addRemoval = (removal: string) =>
    set({ removals: [...new Set([...state.removals, removal])] });

  function failed(error: unknown, account: Account): void {
    const code = error instanceof DeviceError ? error.code : 'UNEXPECTED';
    logEvent(`error ${code} account ${account.id}`);
    if (code === 'REMOVED') {
      const removal = `${nameOf(account)} was removed by your organization.`;
      addRemoval(removal);
      tellPages({ type: 'ACCOUNTS', removal });
      void reload();
      return;
    }
    const connection = connectionAfter(error);
    if (connection) setConnection(account, connection);
    if (connection === 'BLOCKED') forgetRequests(account);
    // Another page may have removed it: then it isn't kept any more.
    if (connection === 'UNKNOWN') void reload();
  }

  /** Nothing that it is asked can be answered any more. */
  function forgetRequests({ id }: Account): void {
    const waiting = state.waiting.filter(({ request }) => request.account.id !== id);
    if (waiting.length < state.waiting.length) set({ waiting });
  }

  function listenTo(account: Account): void {
    const listening = listen(account, arrived, {
      onEnded: ended,
      onError: failed,
      onConnected: () => setConnection(account, 'CONNECTED'),
      onLogsRequested: () => set({ logsRequested: [...state.logsRequested, account] }),
    });
    listenings.set(account.id, listening);
    // The page that holds the channel may be another one.
    if (account.status === 'ACTIVE') listening.look();
  }

  async function reload(): Promise<void> {
    const accounts = await device.accounts().catch(() => []);
    const ids = new Set(accounts.map(({ id }) => id));
    for (const [id, listening] of [...listenings]) {
      if (ids.has(id)) continue;
      listening.close();
      listenings.delete(id);
    }
    const isKept = ({ id }: Account) => ids.has(id);
    set({
      accounts,
      waiting: state.waiting.filter(({ request }) => isKept(request.account)),
      logsRequested: state.logsRequested.filter(isKept),
    });
    for (const account of accounts) if (!listenings.has(account.id)) listenTo(account);
  }

  async function changeAccounts(said?: Said): Promise<void> {
    await reload();
    if (said) say(said);
    tellPages({ type: 'ACCOUNTS' });
  }

  const forgetLogs = (id: string) =>
    set({ logsRequested: state.logsRequested.filter((account) => account.id !== id) });

  const look = () => {
    for (const listening of listenings.values()) listening.look();
  };

  function start(): () => void {
    void reload();
    const stopHearing = hearPages((message) => {
      if (message.type === 'ACCOUNTS') {
        const { removal } = message;
        if (removal) addRemoval(removal);
        void reload();
      } else if (message.type === 'LOGS_ENDED') forgetLogs(message.account);
      else if (!state.waiting.some(({ request }) => keyOf(request) === message.request)) look();
    });
    const stopWaking = onWaking(look);
    const timer = setInterval(() => {
      if (state.waiting.length > 0) look();
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stopHearing();
      stopWaking();
      for (const listening of listenings.values()) listening.close();
      listenings.clear();
    };
  }

  return {
    state: () => state,
    subscribe(changed) {
      subscribers.add(changed);
      return () => subscribers.delete(changed);
    },
    start,
    changeAccounts,
    drop(request, said) {
      // The one that is asked next covers the news: it has them on top.
      const notice = said && `${nameOf(request.account)}: ${said.notice ?? said.text}`;
      set({ waiting: withNotice(without(state.waiting, request), notice) });
      if (said) say(said);
      tellPages({ type: 'LOOK' });
    },
    async report(request) {
      try {
        await request.report();
        endAlarm();
        logEvent(`reported ${request.challenge.id}`);
        say({ text: 'Reported to your organization.', tone: 'DONE' });
      } catch (error) {
        say({ text: wordsOf(error), tone: 'WARNING', report: request });
      }
    },
    say,
    endAlarm,
    look,
    seeRemovals: () => set({ removals: [] }),
    endLogs({ id }) {
      forgetLogs(id);
      tellPages({ type: 'LOGS_ENDED', account: id });
    },
  };
}
