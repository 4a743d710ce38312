/** How far the interaction has come, and what the person does to it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { askPasskey } from './ask-passkey.ts';
import { type Interaction, type InteractionClient, Refusal } from './interaction.ts';

/** A phone is asked: so often we look whether it has answered. */
const POLL_MS = 1_500;

/** Somebody reads that it is them, or that they stopped, before the page is gone. */
const LEAVE_AFTER_MS = 700;

export interface Progress {
  interaction: Interaction | undefined;
  /** When the question is over, by `performance.now()`. */
  endsAt: number | undefined;
  /** What the last thing done was refused with. */
  refusal: Refusal | undefined;
  /** The same was asked for again, and went out. */
  isResent: boolean;
  isBusy: boolean;
  /** The interaction isn't there, for this browser. */
  isGone: boolean;
  isCancelled: boolean;
}

const BEGUN: Progress = {
  interaction: undefined,
  endsAt: undefined,
  refusal: undefined,
  isResent: false,
  isBusy: false,
  isGone: false,
  isCancelled: false,
};

function endOf({ secondsLeft }: Interaction): number | undefined {
  return secondsLeft === undefined ? undefined : performance.now() + secondsLeft * 1_000;
}

/** The same end, told again in whole seconds: nothing jumps. */
const steady = (before: number | undefined, now: number | undefined) =>
  before !== undefined && now !== undefined && Math.abs(now - before) < 2_000 ? before : now;

const refusalOf = (error: unknown) =>
  error instanceof Refusal ? error : new Refusal('UNREACHABLE');

export function useInteraction(client: InteractionClient) {
  const [progress, setProgress] = useState(BEGUN);
  const isBusy = useRef(false);

  const show = useCallback((interaction: Interaction, more: Partial<Progress> = {}) => {
    const endsAt = endOf(interaction);
    setProgress((before) => ({
      ...before,
      interaction,
      endsAt: steady(before.endsAt, endsAt),
      ...more,
    }));
  }, []);

  const fail = useCallback(
    async (error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal.code === 'NOT_FOUND') {
        setProgress((before) => ({ ...before, isGone: true }));
        return;
      }
      setProgress((before) => ({ ...before, refusal }));
      // What was refused may have changed where we are: a lock, the last try.
      if (refusal.code !== 'UNREACHABLE') await client.read().then(show, () => {});
    },
    [client, show],
  );

  /** One thing at a time: a second press while the first is under way does nothing. */
  const run = useCallback(
    async (work: () => Promise<void>) => {
      if (isBusy.current) return;
      isBusy.current = true;
      setProgress((before) => ({ ...before, isBusy: true, refusal: undefined, isResent: false }));
      await work().catch(fail);
      isBusy.current = false;
      setProgress((before) => ({ ...before, isBusy: false }));
    },
    [fail],
  );

  const read = useCallback(() => run(async () => show(await client.read())), [client, run, show]);
  useEffect(() => void read(), [read]);

  const leave = useCallback(
    (action: 'cancel' | 'finish', isCancelled = false) =>
      run(async () => {
        const address = await client.end(action);
        setProgress((before) => ({ ...before, isCancelled }));
        await new Promise((resolve) => setTimeout(resolve, LEAVE_AFTER_MS));
        // The page of a sign-on that is over is no place to come back to.
        location.replace(address);
        await new Promise(() => {});
      }),
    [client, run],
  );

  const prove = async (asked: Interaction) => {
    const { publicKeyCredentialRequestOptions: options } = asked;
    if (options === undefined) return;
    const assertion = await askPasskey(options);
    show(await client.act('assertion', { assertion }));
  };

  const status = progress.interaction?.status;
  const canStart = progress.interaction?.actions.includes('start') ?? false;
  const hasStarted = useRef(false);
  const isFree = !progress.isBusy && progress.refusal === undefined;
  useEffect(() => {
    if (!isFree) return;
    // Who is known needs no button to begin; who is done needs none to go on.
    if (status === 'READY' && canStart && !hasStarted.current) {
      hasStarted.current = true;
      void run(async () => show(await client.act('start')));
    }
    if (status === 'COMPLETED') void leave('finish');
  }, [isFree, status, canStart, client, run, show, leave]);

  useEffect(() => {
    if (status !== 'PUSH_CONFIRMATION_REQUIRED') return;
    let isWatched = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      if (!isBusy.current) {
        const now = await client.read().catch(() => undefined);
        if (now && isWatched && !isBusy.current) show(now);
      }
      if (isWatched) timer = setTimeout(look, POLL_MS);
    };
    timer = setTimeout(look, POLL_MS);
    return () => {
      isWatched = false;
      clearTimeout(timer);
    };
  }, [status, client, show]);

  return {
    ...progress,
    /** Looks where we are, and goes on from there. */
    read: () => {
      hasStarted.current = false;
      return read();
    },
    /** Something else is looked at: what was said of the last thing is said no longer. */
    forget: () => setProgress((before) => ({ ...before, refusal: undefined, isResent: false })),
    beginWithPasskey: () =>
      run(async () => {
        const asked = await client.act('passkey');
        show(asked);
        await prove(asked);
      }),
    usePasskey: () => run(async () => prove(await client.read())),
    choose: (id: string, isAgain = false) =>
      run(async () => show(await client.act('device', { device: { id } }), { isResent: isAgain })),
    enter: (otp: string) =>
      run(async () => {
        if (otp === '') throw new Refusal('CODE_EMPTY');
        show(await client.act('otp', { otp }));
      }),
    cancel: () => leave('cancel', true),
    finish: () => leave('finish'),
  };
}

export type Actions = ReturnType<typeof useInteraction>;
