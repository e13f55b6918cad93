/** `12.5` of EUR as it is written. Amounts have up to four decimals, and none is rounded away. */
export function money(amount: string, currency: string, locale = "en"): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 4 }).format(
    Number(amount),
  );
}

/** Amounts of several things, added up without the faults of floats: they are counted in ten-thousandths. */
export function sumOfAmounts(amounts: readonly string[]): string {
  const units = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 10_000), 0);
  return (units / 10_000).toFixed(4).replace(/0{1,2}$/, "");
}
