package cbank;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Memory outside of the heap for one call of one thread: the request, and what a call writes. A
 * thread keeps its own. What may be personal in it is wiped after each call.
 */
final class Scratch {
    private static final int BUFFER = 0;
    private static final int OUT = 24;
    private static final int STATE = 32;
    private static final int ERROR = 40;
    private static final int TEXT = ERROR + Failure.SIZE;
    private static final int TEXT_SIZE = 1024;
    private static final int REQUEST = TEXT + 2 * TEXT_SIZE;
    private static final int REQUEST_SIZE = 64 << 10;

    private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

    private final Memory memory = new Memory(REQUEST + REQUEST_SIZE);
    private final long address = Pointer.nativeValue(memory);
    private final ByteBuffer area = memory.getByteBuffer(REQUEST, REQUEST_SIZE);
    private Memory large;
    private long request;
    private long size;

    private Scratch() {
        memory.clear();
    }

    static Scratch own() {
        return OWN.get();
    }

    /** Writes the request, or nothing, to where {@link #request} is. */
    void put(Message message) {
        if (message != null) {
            Text.check(message);
        }
        size = message == null ? 0 : message.getSerializedSize();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(room());
            if (message != null) {
                message.writeTo(out);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes as they are. */
    void put(byte[] bytes, int from, int count) {
        size = count;
        room().put(bytes, from, count);
    }

    private ByteBuffer room() {
        if (size <= REQUEST_SIZE) {
            request = address + REQUEST;
            area.clear();
            return area;
        }
        large = new Memory(size);
        request = Pointer.nativeValue(large);
        return large.getByteBuffer(0, size);
    }

    long request() {
        return request;
    }

    long size() {
        return size;
    }

    long reply() {
        return address + BUFFER;
    }

    /** Where a new handle goes. */
    long out() {
        return address + OUT;
    }

    /** Where the state of a job goes. */
    long state() {
        return address + STATE;
    }

    long error() {
        return address + ERROR;
    }

    long takenHandle() {
        return memory.getLong(OUT);
    }

    int takenState() {
        return memory.getInt(STATE);
    }

    /** The reply's bytes; frees it. */
    byte[] takeReply() {
        long count = memory.getLong(BUFFER + 8);
        if (count == 0) {
            Library.cbank_buffer_clear(reply());
            return new byte[0];
        }
        if (count > Integer.MAX_VALUE - 8) {
            Library.cbank_buffer_clear(reply());
            throw new OutOfMemoryError("a reply of " + count + " bytes");
        }
        byte[] bytes;
        try {
            bytes = memory.getPointer(BUFFER).getByteArray(0, (int) count);
        } finally {
            Library.cbank_buffer_clear(reply());
        }
        return bytes;
    }

    /** What the last call wrote about its failure. */
    Failure failure() {
        return new Failure(memory.getByteArray(ERROR, Failure.SIZE));
    }

    /** Message and remedy of a failure, in one language. */
    String[] explain(byte[] failure, String lang) {
        memory.write(ERROR, failure, 0, Failure.SIZE);
        try (Text language = Text.of(lang)) {
            Library.cbank_error_text(error(), language.address(), address + TEXT, TEXT_SIZE,
                address + TEXT + TEXT_SIZE, TEXT_SIZE);
        }
        return new String[] {memory.getString(TEXT, "UTF-8"),
            memory.getString(TEXT + TEXT_SIZE, "UTF-8")};
    }

    /** The call is over. */
    void wipe() {
        if (large != null) {
            large.clear();
            large.close();
            large = null;
        } else if (size > 0) {
            memory.setMemory(REQUEST, size, (byte) 0);
        }
        size = 0;
    }
}
