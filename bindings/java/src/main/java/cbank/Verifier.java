package cbank;

import cbank.api.v1.TranscriptVerifyRequest;
import cbank.api.v1.VerifierRequest;
import com.google.protobuf.UnsafeByteOperations;

/** Whom a verifier trusts: one bank's directory, checked once. Needs no bank, and no network. */
public final class Verifier extends VerifierCalls {
    private Verifier(long address) {
        super(address, Library::cbank_verifier_close);
    }

    /** Checks a directory under the fingerprint of its root key, which came another way. */
    public static Verifier open(byte[] directory, String fingerprint) {
        return open(VerifierRequest.newBuilder()
            .setDirectory(UnsafeByteOperations.unsafeWrap(directory))
            .setRootFingerprint(fingerprint).build());
    }

    /** The same with pins, with a moment, or with a log key instead of a directory. */
    @Counterpart({"cbank_verifier_open", "cbank_verifier_close"})
    public static Verifier open(VerifierRequest request) {
        return new Verifier(Call.handle(request, s -> Library.cbank_verifier_open(s.request(),
            s.size(), s.out(), s.error())));
    }

    /** Verifies a transcript for a recipient. */
    public Verdict verify(byte[] transcript, String recipient) {
        return verify(TranscriptVerifyRequest.newBuilder()
            .setFile(UnsafeByteOperations.unsafeWrap(transcript)).setRecipient(recipient).build());
    }

    /** Verifies a transcript with a pin, a status file, at another moment. */
    public Verdict verify(TranscriptVerifyRequest request) {
        return new Verdict(transcriptVerify(request));
    }

    @Override
    Verifier self() {
        return this;
    }
}
