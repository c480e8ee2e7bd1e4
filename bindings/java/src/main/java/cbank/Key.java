package cbank;

import cbank.api.v1.KeyInfo;
import java.nio.file.Path;

/** A private key of an institution or of a bank; or the public half of one that is elsewhere. */
public final class Key extends Handle {
    private Key(long address) {
        super("key", address, Library::cbank_key_close);
    }

    /** A new key of the suite of SHA-256 and Ed25519. */
    public static Key create() {
        return create("sha256-ed25519");
    }

    /** A new key of a suite: "sha256-ed25519" or "sm3-sm2". */
    @Counterpart({"cbank_key_new", "cbank_key_close"})
    public static Key create(String suite) {
        try (Text name = Text.of(suite)) {
            return new Key(Call.handle(null,
                s -> Library.cbank_key_new(name.address(), s.out(), s.error())));
        }
    }

    /** Reads a private key file that is not encrypted. */
    public static Key open(Path file) {
        return open(file, null);
    }

    /** Reads a private key file (PKCS#8 in PEM); without a passphrase where that is null. */
    @Counterpart("cbank_key_open")
    public static Key open(Path file, char[] passphrase) {
        try (Text path = Text.of(file); Text secret = Text.of(passphrase)) {
            return new Key(Call.handle(null, s -> Library.cbank_key_open(path.address(),
                secret.address(), secret.size(), s.out(), s.error())));
        }
    }

    /**
     * Reads a public key file of a key whose secret half is in a UKey or an HSM. What signs a file
     * makes a draft of it with such a key, to be finished with {@link Signing}.
     */
    @Counterpart("cbank_key_open_public")
    public static Key openPublic(Path file) {
        try (Text path = Text.of(file)) {
            return new Key(Call.handle(null,
                s -> Library.cbank_key_open_public(path.address(), s.out(), s.error())));
        }
    }

    /** Shows a public key file, as {@code FILE.pub}. */
    @Counterpart("cbank_key_show_public")
    public static KeyInfo showPublic(Path file) {
        try (Text path = Text.of(file)) {
            return Call.reply(KeyInfo.parser(), null,
                s -> Library.cbank_key_show_public(path.address(), s.reply(), s.error()));
        }
    }

    /** Writes the key to a new file, and the public key to {@code FILE.pub}. */
    public void save(Path file) {
        save(file, null);
    }

    /** The same, encrypted with a passphrase if it is not null. */
    @Counterpart("cbank_key_save")
    public void save(Path file, char[] passphrase) {
        try (Text path = Text.of(file); Text secret = Text.of(passphrase)) {
            Call.plain(s -> Library.cbank_key_save(address(), path.address(), secret.address(),
                secret.size(), s.error()), this);
        }
    }

    /** Shows the public half. */
    @Counterpart("cbank_key_show")
    public KeyInfo show() {
        return Call.reply(KeyInfo.parser(), null,
            s -> Library.cbank_key_show(address(), s.reply(), s.error()), this);
    }
}
