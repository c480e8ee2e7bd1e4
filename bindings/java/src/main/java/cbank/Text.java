package cbank;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Text on its way to C: UTF-8, whole, and ended by a zero byte that occurs nowhere else. Wiped when
 * it is closed, as it may be a secret.
 */
final class Text implements AutoCloseable {
    private static final Text NONE = new Text(null, 0);

    private final Memory memory;
    private final int size;

    private Text(Memory memory, int size) {
        this.memory = memory;
        this.size = size;
    }

    static Text of(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text with a zero character in it");
        }
        return of(CharBuffer.wrap(text));
    }

    static Text of(Path path) {
        return of(path.toString());
    }

    /** A passphrase; null is none. */
    static Text of(char[] secret) {
        return secret == null ? NONE : of(CharBuffer.wrap(secret));
    }

    private static Text of(CharBuffer text) {
        byte[] bytes;
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT).encode(text);
            bytes = Arrays.copyOf(encoded.array(), encoded.limit() + 1);
            Arrays.fill(encoded.array(), (byte) 0);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text with half a character in it", e);
        }
        bytes[bytes.length - 1] = 0;
        Memory memory = new Memory(bytes.length);
        memory.write(0, bytes, 0, bytes.length);
        Arrays.fill(bytes, (byte) 0);
        return new Text(memory, bytes.length - 1);
    }

    /**
     * The runtime would write a question mark for half a character, and another person's name is
     * none.
     */
    static void check(Message message) {
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated()) {
                ((List<?>) value).forEach(each -> check(field, each));
            } else {
                check(field, value);
            }
        });
    }

    private static void check(FieldDescriptor field, Object value) {
        if (value instanceof Message) {
            check((Message) value);
        } else if (value instanceof String && hasHalf((String) value)) {
            throw new IllegalArgumentException(
                field.getName() + " is a text with half a character in it");
        }
    }

    private static boolean hasHalf(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints().anyMatch(
                    point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
            }
        }
        return false;
    }

    /** 0 for none. */
    long address() {
        return memory == null ? 0 : Pointer.nativeValue(memory);
    }

    /** In bytes, without the last zero. */
    long size() {
        return size;
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.clear();
            memory.close();
        }
    }
}
