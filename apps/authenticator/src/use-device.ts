/** What the pages show of the device: its accounts, and the requests that wait. */
import { useCallback, useEffect, useState } from 'react';
import { type Account, type AccountRequest, listen } from '../../../packages/device/src/index.ts';
import { device } from './device.ts';

export interface DeviceState {
  /** Undefined until they were read. */
  accounts: Account[] | undefined;
  requests: AccountRequest[];
  /** Reads the accounts again. */
  reload(): void;
  /** The request was answered, or has ended. */
  drop(request: AccountRequest): void;
}

export function useDevice(): DeviceState {
  const [accounts, setAccounts] = useState<Account[]>();
  const [requests, setRequests] = useState<AccountRequest[]>([]);

  const reload = useCallback(() => {
    device.accounts().then(setAccounts, () => setAccounts([]));
  }, []);
  useEffect(reload, [reload]);

  const drop = useCallback((request: AccountRequest) => {
    setRequests((present) => present.filter((one) => one !== request));
  }, []);

  useEffect(() => {
    const arrived = (request: AccountRequest) => {
      // A phone is asked one thing at a time: what came before has ended.
      setRequests((present) => [
        ...present.filter(({ account }) => account.id !== request.account.id),
        request,
      ]);
    };
    const listenings = (accounts ?? []).map((account) =>
      listen(account, arrived, {
        onError(error) {
          if (isGone(error)) reload();
        },
      }),
    );
    return () => {
      for (const listening of listenings) listening.close();
    };
  }, [accounts, reload]);

  return { accounts, requests, reload, drop };
}

/** The account isn't known to its server any more. */
function isGone(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'REMOVED' || code === 'NOT_PAIRED' || code === 'DEVICE_REMOVED';
}
