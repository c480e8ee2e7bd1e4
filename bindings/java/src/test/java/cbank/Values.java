package cbank;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.lang.reflect.InvocationTargetException;
import java.util.HexFormat;
import java.util.List;

/** What stands at a path in a message, as the shared cases write it: see tests/vectors. */
final class Values {
    private Values() {
    }

    static String at(Message message, String path) {
        Object value = message;
        FieldDescriptor field = null;
        for (String step : path.split("/")) {
            if (step.contains(".")) {
                value = parse(step, (ByteString) value);
            } else if (step.equals("#")) {
                return Integer.toString(((List<?>) value).size());
            } else if (value instanceof List) {
                value = ((List<?>) value).get(Integer.parseInt(step));
            } else {
                Message inside = (Message) value;
                field = inside.getDescriptorForType().findFieldByName(step);
                value = inside.getField(field);
            }
        }
        return text(field, value);
    }

    static Message parse(String name, ByteString bytes) {
        try {
            return (Message) Class.forName(name).getMethod("parseFrom", ByteString.class)
                .invoke(null, bytes);
        } catch (InvocationTargetException e) {
            throw new AssertionError(name, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    private static String text(FieldDescriptor field, Object value) {
        switch (field.getType()) {
            case BYTES:
                return HexFormat.of().formatHex(((ByteString) value).toByteArray());
            case ENUM:
                return ((EnumValueDescriptor) value).getName();
            case UINT32:
                return Integer.toUnsignedString((Integer) value);
            case UINT64:
                return Long.toUnsignedString((Long) value);
            default:
                return value.toString();
        }
    }
}
