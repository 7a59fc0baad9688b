/** Passkeys as the server speaks of them: JSON, with what is binary in base64url. */

type Json = Record<string, unknown>;

const ALPHABET: [RegExp, string][] = [
  [/-/g, "+"],
  [/_/g, "/"],
];

function bytes(encoded: unknown): ArrayBuffer {
  const plain = ALPHABET.reduce((all, [from, to]) => all.replace(from, to), String(encoded));
  const letters = Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
  return letters.buffer;
}

function text(buffer: ArrayBuffer | null): string | null {
  if (!buffer) {
    return null;
  }
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const known = (given: unknown) =>
  (Array.isArray(given) ? (given as Json[]) : []).map((one) => ({
    type: "public-key" as const,
    id: bytes(one.id),
  }));

/** What the browser says when somebody turns away, in words that say what to do. */
function told(error: unknown): Error {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") {
    return new Error("This device is a passkey of yours already.");
  }
  if (name === "NotAllowedError" || name === "AbortError") {
    return new Error("The browser got no passkey. Try again, or use another way.");
  }
  return error instanceof Error ? error : new Error("The browser could not use a passkey here.");
}

function demandSupport() {
  if (!("PublicKeyCredential" in window)) {
    throw new Error("This browser knows no passkeys, or this page is not served over https.");
  }
}

/** Make a passkey. Throws an Error with a sentence for a person. */
export async function createPasskey(options: Json): Promise<Json> {
  demandSupport();
  const user = options.user as Json;
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: known(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await navigator.credentials.create({ publicKey }).catch((error) => {
    throw told(error);
  });
  const credential = made as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...plain(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
    },
  };
}

/** Show a passkey. Throws an Error with a sentence for a person. */
export async function showPasskey(options: Json): Promise<Json> {
  demandSupport();
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const shown = await navigator.credentials.get({ publicKey }).catch((error) => {
    throw told(error);
  });
  const credential = shown as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...plain(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}

const plain = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: {},
});
