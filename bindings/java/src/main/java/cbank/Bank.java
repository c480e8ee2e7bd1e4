package cbank;

import cbank.api.v1.BankCreateRequest;
import cbank.api.v1.BankInfo;
import cbank.v1.LangText;
import java.nio.file.Path;

/** An open bank. Any number of threads may use it at once. */
public final class Bank extends BankCalls {
    private Bank(long address) {
        super(address, Library::cbank_bank_close);
    }

    /**
     * Makes a bank of the suite that its origin names, with key files in the clear.
     *
     * @param folder which must not exist
     * @param origin such as "bank.example/credit/sha256-ed25519/1"
     * @param name   in Chinese
     */
    public static BankInfo create(Path folder, String origin, String name) {
        return create(BankCreateRequest.newBuilder().setPath(folder.toString()).setOrigin(origin)
            .addNames(LangText.newBuilder().setLang("zh").setValue(name)).build(), null);
    }

    /** Opens a bank whose key files are in the clear. */
    public static Bank open(Path folder) {
        return open(folder, null);
    }

    /** Opens a bank. The root key is not needed. */
    @Counterpart({"cbank_bank_open", "cbank_bank_close"})
    public static Bank open(Path folder, char[] passphrase) {
        try (Text path = Text.of(folder); Text secret = Text.of(passphrase)) {
            return new Bank(Call.handle(null, s -> Library.cbank_bank_open(path.address(),
                secret.address(), secret.size(), s.out(), s.error())));
        }
    }

    /** Closes it once the calls of other threads, and the jobs begun with it, have ended. */
    @Override
    public void close() {
        super.close();
    }

    @Override
    Bank self() {
        return this;
    }
}
