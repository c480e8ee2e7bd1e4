import { good, later, secret, text } from "./call.js";
import { BankCalls } from "./generated/bank.js";
import type { Protection } from "./key.js";

/** An open bank. Any number of calls may be under way at once. */
export class Bank extends BankCalls {
  private constructor(address: bigint) {
    super("bank", address, true);
  }

  /** Opens a bank. The root key is not needed. */
  static async open(path: string, { passphrase }: Protection = {}): Promise<Bank> {
    const given = [text(path), secret(passphrase)];
    return new Bank(good(await later("cbank_bank_open", "handle", [], given)).handle);
  }

  protected override self(): Bank {
    return this;
  }
}
