package cbank;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Objects;
import java.util.function.Consumer;

/** The one way into the library: handles are kept, requests written, failures thrown. */
final class Call {
    /** Calls the function with what the scratch holds. */
    interface Function {
        int call(Scratch scratch);
    }

    /** Takes what the function wrote. */
    private interface Taker<T> {
        T take(Scratch scratch, int status);
    }

    private Call() {
    }

    static <T> T reply(Parser<T> parser, Message request, Function function, Handle... uses) {
        return parse(parser, bytes(request, function, uses));
    }

    static byte[] bytes(Message request, Function function, Handle... uses) {
        return run(request, function, Call::takeReply, uses);
    }

    static <T> Verification<T> verification(Parser<T> parser, Message request,
        Function function, Handle... uses) {
        return run(request, function, (s, status) -> takeVerification(parser, s, status), uses);
    }

    static <T> Job<T> job(Parser<T> parser, Message request, Function function,
        Handle... uses) {
        return new Job<>(parser, handle(request, function, uses), uses);
    }

    /** A new handle. */
    static long handle(Message request, Function function, Handle... uses) {
        return run(request, function, (s, status) -> {
            check(s, status);
            return s.takenHandle();
        }, uses);
    }

    /** A call that answers nothing but its status. */
    static void plain(Function function, Handle... uses) {
        run(null, function, (s, status) -> {
            check(s, status);
            return null;
        }, uses);
    }

    /** A call that answers what {@link Scratch#state} holds then. */
    static int number(Function function, Handle... uses) {
        return run(null, function, (s, status) -> {
            check(s, status);
            return s.takenState();
        }, uses);
    }

    /** A call that takes bytes. */
    static void fed(byte[] bytes, int from, int count, Function function, Handle... uses) {
        runWith(s -> s.put(bytes, from, count), function, (s, status) -> {
            check(s, status);
            return null;
        }, uses);
    }

    static <T> T parse(Parser<T> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the library wrote a message that is none", e);
        }
    }

    private static void check(Scratch s, int status) {
        if (status != 0) {
            throw s.failure().exception();
        }
    }

    private static byte[] takeReply(Scratch s, int status) {
        if (status == 0) {
            return s.takeReply();
        }
        Failure failure = s.failure();
        byte[] reply = s.takeReply();
        throw status / 100 == 6 ? new VerificationException(failure, reply) : failure.exception();
    }

    private static <T> Verification<T> takeVerification(Parser<T> parser, Scratch s, int status) {
        boolean said = status == 0 || status == Status.MALFORMED.number()
            || status == Status.UNSUPPORTED.number() || status / 100 == 6;
        if (!said) {
            throw s.failure().exception();
        }
        return new Verification<>(parser, status == 0 ? null : s.failure(), s.takeReply());
    }

    private static <T> T run(Message request, Function function, Taker<T> taker,
        Handle[] uses) {
        return runWith(s -> s.put(request), function, taker, uses);
    }

    private static <T> T runWith(Consumer<Scratch> putter, Function function, Taker<T> taker,
        Handle[] uses) {
        int kept = 0;
        try {
            for (Handle handle : uses) {
                Objects.requireNonNull(handle).acquire();
                kept++;
            }
            return Pool.call(() -> {
                Scratch s = Scratch.own();
                try {
                    putter.accept(s);
                    return taker.take(s, function.call(s));
                } finally {
                    s.wipe();
                }
            });
        } finally {
            while (kept > 0) {
                uses[--kept].release();
            }
        }
    }
}
