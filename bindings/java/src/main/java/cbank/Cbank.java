package cbank;

import com.sun.jna.Pointer;

/** The library itself. */
public final class Cbank {
    private Cbank() {
    }

    /** The version of libcbank: "0.1.0". */
    public static String version() {
        return new Pointer(Library.cbank_version()).getString(0, "UTF-8");
    }

    /** The library's word for a status's number: "not_found"; "unknown" for one it has not. */
    public static String statusName(int status) {
        return new Pointer(Library.cbank_status_name(status)).getString(0, "UTF-8");
    }

    /** The library's word for a reason's number; "" for one it has not. */
    public static String reasonName(int reason) {
        return new Pointer(Library.cbank_reason_name(reason)).getString(0, "UTF-8");
    }
}
