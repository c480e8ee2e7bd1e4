package cbank;

/** 1xx: the caller's mistake. */
public final class CallerException extends CbankException {
    private static final long serialVersionUID = 1L;

    CallerException(Failure failure) {
        super(failure);
    }
}
