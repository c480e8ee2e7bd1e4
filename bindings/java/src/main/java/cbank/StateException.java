package cbank;

/** 3xx: not found, there already, in conflict, or not possible now. */
public class StateException extends CbankException {
    private static final long serialVersionUID = 1L;

    StateException(Failure failure) {
        super(failure);
    }
}
