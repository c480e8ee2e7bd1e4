package cbank;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * Finds libcbank: the file that the property {@code cbank.library} names; else a library of that
 * name in {@code jna.library.path} or where the system keeps libraries; else the one in the jar.
 */
abstract class Loader {
    /** The library whose functions these are: another minor version may have other ones. */
    private static final String VERSION = "0.1.";

    static void load(Class<?> declarations) {
        if (Native.POINTER_SIZE != 8 || Native.SIZE_T_SIZE != 8) {
            throw new UnsatisfiedLinkError("cbank needs a Java of 64 bits");
        }
        NativeLibrary library = find();
        String version = new Pointer(library.getFunction("cbank_version").invokeLong(new Object[0]))
            .getString(0, "UTF-8");
        if (!version.startsWith(VERSION)) {
            throw new UnsatisfiedLinkError("this binding is for libcbank " + VERSION + "x, not for "
                + version + " in " + library.getFile());
        }
        Native.register(declarations, library);
    }

    private static NativeLibrary find() {
        String named = System.getProperty("cbank.library");
        if (named != null) {
            return NativeLibrary.getInstance(named);
        }
        UnsatisfiedLinkError first = null;
        // Where only the library is installed, without what compilers need, it has this name.
        for (String name : new String[] {"cbank", "libcbank.so.0"}) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                first = first == null ? e : first;
            }
        }
        throw new UnsatisfiedLinkError("libcbank is not installed, and not in the jar; install it,"
            + " or state where it is with -Dcbank.library=FILE (" + first.getMessage() + ")");
    }
}
