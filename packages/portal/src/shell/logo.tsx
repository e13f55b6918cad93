/** Berth's mark: a ship's bollard with a line around it, as a letter b. */
export function Logo() {
  return (
    <span className="berth-logo">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="7" fill="#0b5cad" />
        <path d="M9 6v14a7 7 0 0 0 14 0" fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
        <path d="M9 13h8.5a3.5 3.5 0 0 1 0 7" fill="none" stroke="#8fd0ff" strokeWidth="3.4" strokeLinecap="round" />
      </svg>
      <span className="berth-logo__name">Berth</span>
    </span>
  );
}
