/** No test waits for a time: this only ends one that would hang, however busy the machine is. */
export const HANG_MS = 120_000;

const LOOK_EVERY_MS = 20;

/** Resolves as soon as it is so; what throws isn't so yet. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + HANG_MS;
  for (;;) {
    try {
      if (await isSo()) return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    if (performance.now() > giveUpAt) throw new Error(`It didn't happen: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
