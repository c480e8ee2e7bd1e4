package cbank;

/** 9xx: memory, or a fault inside. */
public final class InternalException extends CbankException {
    private static final long serialVersionUID = 1L;

    InternalException(Failure failure) {
        super(failure);
    }
}
