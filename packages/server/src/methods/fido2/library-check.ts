/** Undefined: the library found something wrong, and which fault it is is nothing for whoever sent it. */
export async function orUndefined<Found>(check: Promise<Found>): Promise<Found | undefined> {
  try {
    return await check;
  } catch {
    // It tells faults by throwing.
    return undefined;
  }
}
