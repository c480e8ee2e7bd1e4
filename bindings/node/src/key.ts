import { atOnce, good, later, reply, replyLater, secret, text } from "./call.js";
import { Handle } from "./handle.js";
import { KeyInfoSchema, type KeyInfo } from "./generated/api.js";

/** What protects a key file. */
export interface Protection {
  /** None: the file is in the clear. */
  passphrase?: string | Uint8Array;
}

/** A private key of an institution or of a bank; or the public half of one that is elsewhere. */
export class Key extends Handle {
  private constructor(address: bigint) {
    super("key", address, false);
  }

  /** A new key. */
  static create(suite: "sha256-ed25519" | "sm3-sm2" = "sha256-ed25519"): Key {
    return new Key(good(atOnce("cbank_key_new", "handle", [], [text(suite)])).handle);
  }

  /** Reads a private key file (PKCS#8 in PEM). */
  static async open(path: string, { passphrase }: Protection = {}): Promise<Key> {
    const given = [text(path), secret(passphrase)];
    return new Key(good(await later("cbank_key_open", "handle", [], given)).handle);
  }

  /**
   * Reads a public key file of a key whose secret half is in a UKey or an HSM. What signs a file
   * makes a draft of it with such a key, to be finished with `Signing`.
   */
  static async openPublic(path: string): Promise<Key> {
    return new Key(good(await later("cbank_key_open_public", "handle", [], [text(path)])).handle);
  }

  /** Shows a public key file, as FILE.pub. */
  static async showPublic(path: string): Promise<KeyInfo> {
    return replyLater(KeyInfoSchema, "cbank_key_show_public", [], [text(path)]);
  }

  /** Writes the key to a new file, and the public key to FILE.pub. */
  async save(path: string, { passphrase }: Protection = {}): Promise<void> {
    good(await later("cbank_key_save", "nothing", [this], [text(path), secret(passphrase)]));
  }

  /** Shows the public half. */
  show(): KeyInfo {
    return reply(KeyInfoSchema, "cbank_key_show", [this], []);
  }
}
