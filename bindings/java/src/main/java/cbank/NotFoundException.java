package cbank;

/** 301: there is no such thing. */
public final class NotFoundException extends StateException {
    private static final long serialVersionUID = 1L;

    NotFoundException(Failure failure) {
        super(failure);
    }
}
