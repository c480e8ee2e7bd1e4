package cbank;

/** 2xx: the data is malformed, too large, unknown or not acceptable. */
public final class DataException extends CbankException {
    private static final long serialVersionUID = 1L;

    DataException(Failure failure) {
        super(failure);
    }
}
