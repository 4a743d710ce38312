/** Accounts that somebody else has removed: said until the user has seen it. */
export interface RemovalsProps {
  removals: readonly string[];
  onSeen(): void;
}

export function Removals({ removals, onSeen }: RemovalsProps) {
  if (removals.length === 0) return null;
  return (
    <section className="card" role="alert">
      {removals.map((removal) => (
        <p key={removal}>{removal}</p>
      ))}
      <p className="quiet">This device can not approve for it any more.</p>
      <button type="button" className="plain" onClick={onSeen}>
        OK
      </button>
    </section>
  );
}
