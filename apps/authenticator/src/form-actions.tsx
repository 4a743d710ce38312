/** The end of a form: what it does, and the way out of it. */
export interface FormActionsProps {
  label: string;
  /** Something else is the first thing to do here. */
  plain?: boolean;
  leave: string;
  onLeave(): void;
}

export function FormActions({ label, plain = false, leave, onLeave }: FormActionsProps) {
  return (
    <div className="actions">
      <button type="submit" className={plain ? 'plain' : ''}>
        {label}
      </button>
      <button type="button" className="plain" onClick={onLeave}>
        {leave}
      </button>
    </div>
  );
}
