package cbank;

/** 5xx: the store: full, busy, cut short, rolled back. */
public final class StoreException extends CbankException {
    private static final long serialVersionUID = 1L;

    StoreException(Failure failure) {
        super(failure);
    }
}
