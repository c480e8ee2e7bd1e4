package cbank;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The methods that stand for functions of the header. */
final class Counterparts {
    private Counterparts() {
    }

    /** By the function's name. */
    static TreeMap<String, Method> all() throws Exception {
        TreeMap<String, Method> methods = new TreeMap<>();
        for (Class<?> one : classes()) {
            for (Method method : one.getDeclaredMethods()) {
                Counterpart counterpart = method.getAnnotation(Counterpart.class);
                if (counterpart != null && !method.isBridge()) {
                    method.setAccessible(true);
                    for (String name : counterpart.value()) {
                        methods.put(name, method);
                    }
                }
            }
        }
        return methods;
    }

    /** The public class in which a method that was made from the header is found by people. */
    static Class<?> owner(Method method) throws ClassNotFoundException {
        return Class.forName(method.getDeclaringClass().getName().replaceFirst("Calls$", ""));
    }

    private static Iterable<Class<?>> classes() throws Exception {
        Path folder = Path.of(
            Bank.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.list(folder.resolve("cbank"))) {
            return files.map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".class") && !name.contains("$"))
                .map(name -> load("cbank." + name.substring(0, name.length() - 6)))
                .collect(Collectors.toList());
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything that the header exports. */
    static Iterable<String> header() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("cbank.root"), "include/cbank.h"))
            .replaceAll("(?s)/\\*.*?\\*/", "");
        return java.util.regex.Pattern.compile("\\b(cbank_[a-z0-9_]+)\\(").matcher(text).results()
            .map(found -> found.group(1)).collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
