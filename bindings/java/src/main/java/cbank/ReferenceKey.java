package cbank;

import java.nio.file.Path;
import java.util.Objects;

/** Keys under which references of records are composed, where a file has no numbers of its own. */
public final class ReferenceKey {
    private ReferenceKey() {
    }

    /** Writes a new random key to a new file; without a passphrase where that is null. */
    public static void create(Path file, char[] passphrase) {
        write(null, null, file, passphrase);
    }

    /** Writes the key that a bank keeps for an institution to a new file. */
    public static void save(Bank bank, String institution, Path file, char[] passphrase) {
        write(Objects.requireNonNull(bank), Text.of(institution), file, passphrase);
    }

    @Counterpart("cbank_reference_key_save")
    private static void write(Bank bank, Text institution, Path file, char[] passphrase) {
        Handle[] uses = bank == null ? new Handle[0] : new Handle[] {bank};
        try (Text code = institution; Text path = Text.of(file);
                Text secret = Text.of(passphrase)) {
            Call.plain(s -> Library.cbank_reference_key_save(bank == null ? 0 : bank.address(),
                code == null ? 0 : code.address(), path.address(), secret.address(), secret.size(),
                s.error()), uses);
        }
    }

    /** Reads such a file, for {@code SheetFormat.reference_key}: 32 secret bytes. */
    @Counterpart("cbank_reference_key_open")
    public static byte[] open(Path file, char[] passphrase) {
        try (Text path = Text.of(file); Text secret = Text.of(passphrase)) {
            return Call.bytes(null, s -> Library.cbank_reference_key_open(path.address(),
                secret.address(), secret.size(), s.reply(), s.error()));
        }
    }
}
