/** Money is counted in ten-thousandths, as whole numbers: floats lose them. */
const DECIMALS = 4;
const SCALE = 10n ** BigInt(DECIMALS);

/** `0.75` is 7500. */
export function moneyUnits(amount: string): bigint {
  const [whole = "0", decimals = ""] = amount.split(".");
  return BigInt(whole) * SCALE + BigInt(decimals.padEnd(DECIMALS, "0").slice(0, DECIMALS));
}

/** Two decimals, or as many as there are up to four: no amount is rounded twice. */
export function moneyText(units: bigint): string {
  const decimals = (units % SCALE)
    .toString()
    .padStart(DECIMALS, "0")
    .replace(/0{1,2}$/, "");
  return `${units / SCALE}.${decimals}`;
}

/** An amount without the zeros that PostgreSQL's numeric writes: `4.0000` is `4`. */
export function moneyShort(amount: string): string {
  return amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount;
}
