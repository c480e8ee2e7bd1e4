package cbank;

/** 6xx: a verification's clear no. */
public final class VerificationException extends CbankException {
    private static final long serialVersionUID = 1L;

    private final transient byte[] reply;

    VerificationException(Failure failure) {
        this(failure, new byte[0]);
    }

    VerificationException(Failure failure, byte[] reply) {
        super(failure);
        this.reply = reply;
    }

    /** The serialised reply, where the call writes one with a no; else empty. */
    public byte[] reply() {
        return reply == null ? new byte[0] : reply.clone();
    }
}
