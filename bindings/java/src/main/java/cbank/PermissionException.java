package cbank;

/** 4xx: denied, or a wrong key. */
public final class PermissionException extends CbankException {
    private static final long serialVersionUID = 1L;

    PermissionException(Failure failure) {
        super(failure);
    }
}
