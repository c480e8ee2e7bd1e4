package cbank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The cases that C and every binding share, in tests/vectors. */
class VectorsTest {
    private static final Path FOLDER =
        Path.of(System.getProperty("cbank.root"), "tests/vectors/files");
    private static final JsonObject TABLE = table();
    private static int held;

    @TempDir
    static Path place;

    private static JsonObject table() {
        try {
            return JsonParser.parseString(Files.readString(FOLDER.resolve("cases.json")))
                .getAsJsonObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a call said. */
    private static final class Answer {
        private int status;
        private String reason = "";
        private Message reply;
        private Handle made;
        private byte[] output = new byte[0];

        void refused(CbankException refusal) {
            status = refusal.status().number();
            reason = refusal.reason();
        }
    }

    @TestFactory
    List<DynamicTest> scenes() {
        List<DynamicTest> all = new ArrayList<>();
        for (JsonElement scene : TABLE.getAsJsonArray("scenes")) {
            JsonObject one = scene.getAsJsonObject();
            String name = one.get("name").getAsString();
            all.add(DynamicTest.dynamicTest(name, () -> play(one)));
        }
        return all;
    }

    @TestFactory
    List<DynamicTest> filesReadByTheRuntimeAlone() {
        List<DynamicTest> all = new ArrayList<>();
        for (JsonElement each : TABLE.getAsJsonArray("files")) {
            JsonObject file = each.getAsJsonObject();
            String name = file.get("file").getAsString();
            all.add(DynamicTest.dynamicTest(name, () -> expect(name, file,
                Values.parse(file.get("message").getAsString(), ByteString.copyFrom(read(name))))));
        }
        return all;
    }

    @AfterAll
    static void nothingWasLeftOut() {
        int wanted = 0;
        for (JsonElement scene : TABLE.getAsJsonArray("scenes")) {
            for (JsonElement step : scene.getAsJsonObject().getAsJsonArray("steps")) {
                JsonObject one = step.getAsJsonObject();
                wanted += 2 + (one.has("output") ? 1 : 0)
                    + (one.has("expect") ? one.getAsJsonObject("expect").size() : 0);
            }
        }
        for (JsonElement file : TABLE.getAsJsonArray("files")) {
            wanted += file.getAsJsonObject().getAsJsonObject("expect").size();
        }
        assertEquals(wanted, held);
        System.out.println("shared cases: " + held + " expectations hold");
    }

    private static byte[] read(String name) throws IOException {
        return Files.readAllBytes(FOLDER.resolve(name));
    }

    private void play(JsonObject scene) throws Exception {
        Path folder = Files.createTempDirectory(place, "scene");
        Map<String, Handle> handles = new HashMap<>();
        Deque<Handle> opened = new ArrayDeque<>();
        for (JsonElement each : scene.getAsJsonArray("steps")) {
            JsonObject step = each.getAsJsonObject();
            String name = step.get("name").getAsString();
            Answer answer = ask(step, folder, handles);
            hold(name, step.get("status").getAsInt(), answer.status);
            hold(name, step.get("reason").getAsString(), answer.reason);
            if (answer.made != null) {
                opened.push(answer.made);
                handles.put(step.get("makes").getAsString(), answer.made);
            }
            if (step.has("output")) {
                assertArrayEquals(read(step.get("output").getAsString()), answer.output, name);
                held++;
            }
            expect(name, step, answer.reply);
        }
        opened.forEach(Handle::close);
    }

    private static void expect(String name, JsonObject step, Message reply) {
        if (step.has("expect")) {
            step.getAsJsonObject("expect").entrySet().forEach(value ->
                hold(name + ": " + value.getKey(), value.getValue().getAsString(),
                    Values.at(reply, value.getKey())));
        }
    }

    private static void hold(String name, Object wanted, Object found) {
        assertEquals(wanted, found, name);
        held++;
    }

    private static Answer ask(JsonObject step, Path folder, Map<String, Handle> handles)
        throws Exception {
        Method method = Counterparts.all().get(step.get("call").getAsString());
        Deque<Handle> named = new ArrayDeque<>();
        if (step.has("handles")) {
            step.getAsJsonArray("handles").forEach(
                each -> named.add(handles.get(each.getAsString())));
        }
        Answer answer = new Answer();
        try {
            Object target = target(method, named);
            List<Object> arguments = new ArrayList<>();
            for (Class<?> kind : method.getParameterTypes()) {
                arguments.add(argument(kind, step, folder, named));
            }
            take(answer, step, method.invoke(target, arguments.toArray()));
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof CbankException)) {
                throw e;
            }
            answer.refused((CbankException) e.getCause());
        } catch (CbankException e) {
            answer.refused(e);
        }
        return answer;
    }

    private static Object target(Method method, Deque<Handle> named) throws Exception {
        if (Modifier.isStatic(method.getModifiers())) {
            return null;
        }
        Handle first = named.pop();
        Class<?> owner = Counterparts.owner(method);
        return owner.isInstance(first) ? first
            : owner.getDeclaredConstructor(Bank.class).newInstance(first);
    }

    private static Object argument(Class<?> kind, JsonObject step, Path folder, Deque<Handle> named)
        throws Exception {
        if (Handle.class.isAssignableFrom(kind)) {
            return named.pop();
        }
        if (kind == char[].class) {
            return null;
        }
        if (!Message.class.isAssignableFrom(kind)) {
            String path = step.get("path").getAsString().replace("{scene}", folder.toString());
            return kind == Path.class ? Path.of(path) : path;
        }
        Message.Builder builder = (Message.Builder) kind.getMethod("newBuilder").invoke(null);
        if (step.has("request")) {
            JsonFormat.parser().merge(filled(step.get("request"), folder).toString(), builder);
        }
        return builder.build();
    }

    /** With the bytes of the files that it names, and the folder. */
    private static JsonElement filled(JsonElement value, Path folder) throws IOException {
        if (value.isJsonObject() && value.getAsJsonObject().has("@file")) {
            return new JsonPrimitive(Base64.getEncoder().encodeToString(
                read(value.getAsJsonObject().get("@file").getAsString())));
        }
        if (value.isJsonObject()) {
            for (Map.Entry<String, JsonElement> one : value.getAsJsonObject().entrySet()) {
                one.setValue(filled(one.getValue(), folder));
            }
        } else if (value.isJsonArray()) {
            for (int i = 0; i < value.getAsJsonArray().size(); i++) {
                value.getAsJsonArray().set(i, filled(value.getAsJsonArray().get(i), folder));
            }
        } else if (value.getAsJsonPrimitive().isString()) {
            return new JsonPrimitive(value.getAsString().replace("{scene}", folder.toString()));
        }
        return value;
    }

    private static void take(Answer answer, JsonObject step, Object result) throws Exception {
        if (result instanceof Job) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            byte[] feed = step.has("feed") ? read(step.get("feed").getAsString()) : new byte[0];
            answer.reply = (Message) ((Job<?>) result).run(new ByteArrayInputStream(feed), output);
            answer.output = output.toByteArray();
        } else if (result instanceof Verification) {
            Verification<?> said = (Verification<?>) result;
            said.refusal().ifPresent(answer::refused);
            answer.reply = (Message) said.report();
        } else if (result instanceof Handle) {
            answer.made = (Handle) result;
        } else {
            answer.reply = (Message) result;
        }
    }
}
