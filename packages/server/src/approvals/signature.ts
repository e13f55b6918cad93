import { createHmac, randomBytes } from "node:crypto";

/**
 * Signs as the Standard Webhooks specification says (standardwebhooks.com, version 1): HMAC-SHA256 over id, time stamp
 * and body, one signature for each secret that is valid, so that a receiver can change from one to the next.
 */
export function webhookHeaders(
  message: { readonly id: string; readonly body: string; readonly at: Date },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1000);
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

const PREFIX = "whsec_";

/** 256 random bits in the form that receivers' libraries take. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString("base64")}`;
}
