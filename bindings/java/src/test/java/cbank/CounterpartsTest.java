package cbank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nothing of the header is missing here. */
class CounterpartsTest {
    /** What every call uses; no method stands for it alone. */
    private static final Set<String> INSIDE = Set.of("cbank_buffer_clear", "cbank_error_text",
        "cbank_status_name", "cbank_reason_name", "cbank_version");

    @Test
    void everyFunctionHasAMethod() throws Exception {
        List<String> missing = new ArrayList<>();
        Set<String> methods = Counterparts.all().keySet();
        Counterparts.header().forEach(name -> {
            if (!methods.contains(name) && !INSIDE.contains(name)) {
                missing.add(name);
            }
        });
        assertEquals(List.of(), missing);
    }

    @Test
    void everyFunctionIsDeclaredAndNothingElse() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        Arrays.stream(Library.class.getDeclaredMethods())
            .filter(method -> Modifier.isNative(method.getModifiers()))
            .forEach(method -> declared.add(method.getName()));
        assertEquals(Counterparts.header(), declared);
    }

    @Test
    void everyMethodCanBeReached() throws Exception {
        for (var entry : Counterparts.all().entrySet()) {
            if (!entry.getKey().equals("cbank_reference_key_save")) {
                assertTrue(Modifier.isPublic(Counterparts.owner(entry.getValue()).getModifiers()));
                assertTrue(Modifier.isPublic(entry.getValue().getModifiers()), entry.getKey());
            }
        }
    }
}
