import { good, later, secret, text } from "./call.js";
import type { Bank } from "./bank.js";
import type { Protection } from "./key.js";

/** Keys under which references of records are composed, where a file has no numbers of its own. */
export const ReferenceKey = {
  /** Writes a new random key to a new file. */
  async create(path: string, { passphrase }: Protection = {}): Promise<void> {
    good(await later("cbank_reference_key_save", "nothing", [],
      [0n, 0n, text(path), secret(passphrase)]));
  },

  /** Writes the key that a bank keeps for an institution to a new file. */
  async save(bank: Bank, institution: string, path: string,
    { passphrase }: Protection = {}): Promise<void> {
    good(await later("cbank_reference_key_save", "nothing", [bank],
      [text(institution), text(path), secret(passphrase)]));
  },

  /** Reads such a file, for `SheetFormat.referenceKey`: 32 secret bytes. */
  async open(path: string, { passphrase }: Protection = {}): Promise<Uint8Array> {
    return good(await later("cbank_reference_key_open", "reply", [],
      [text(path), secret(passphrase)])).reply;
  },
};
