package cbank;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A {@code cbank_error} as a call has filled it. */
final class Failure {
    static final int SIZE = 256;
    private static final int OBJECT = 16;
    private static final int DETAIL = 96;

    final byte[] bytes;
    final Status status;
    final int number;
    final int reason;
    final long where;

    Failure(byte[] bytes) {
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        this.bytes = bytes;
        number = fields.getInt(0);
        status = Status.of(number);
        reason = fields.getInt(4);
        where = fields.getLong(8);
    }

    String object() {
        return text(OBJECT, DETAIL);
    }

    String detail() {
        return text(DETAIL, SIZE);
    }

    private String text(int from, int until) {
        int end = from;
        while (end < until && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** The exception of the status's class. */
    CbankException exception() {
        if (status == Status.NOT_FOUND) {
            return new NotFoundException(this);
        }
        switch (number / 100) {
            case 1:
                return new CallerException(this);
            case 2:
                return new DataException(this);
            case 3:
                return new StateException(this);
            case 4:
                return new PermissionException(this);
            case 5:
                return new StoreException(this);
            case 6:
                return new VerificationException(this);
            default:
                return new InternalException(this);
        }
    }
}
