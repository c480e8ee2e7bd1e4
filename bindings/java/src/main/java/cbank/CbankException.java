package cbank;

import com.sun.jna.Pointer;
import java.util.Locale;

/**
 * Why a call failed. There is a subclass for each class of statuses; none of it holds a secret or
 * personal data. The message is Chinese or English, as the default locale is.
 */
public abstract class CbankException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;
    /** What to do. */
    private final String remedy;
    /** What the call answered. */
    private final Status status;
    /** The reason's word. */
    private final String reason;

    CbankException(Failure failure) {
        this(failure, explain(failure, language()));
    }

    private CbankException(Failure failure, String[] texts) {
        super(texts[0]);
        this.failure = failure;
        remedy = texts[1];
        status = failure.status;
        reason = new Pointer(Library.cbank_reason_name(failure.reason)).getString(0, "UTF-8");
    }

    private static String language() {
        return "zh".equals(Locale.getDefault().getLanguage()) ? "zh" : "en";
    }

    private static String[] explain(Failure failure, String lang) {
        return Scratch.own().explain(failure.bytes, lang);
    }

    /** What the call answered. */
    public final Status status() {
        return status;
    }

    /** The word of the reason, finer than the status: "BAD_CHECK_DIGIT". */
    public final String reason() {
        return reason;
    }

    /** What to do about it. */
    public final String remedy() {
        return remedy;
    }

    /** Row, index or offset; 0 if there is none. */
    public final long where() {
        return failure == null ? 0 : failure.where;
    }

    /** What it is about: a code, a field, a file's name. */
    public final String object() {
        return failure == null ? "" : failure.object();
    }

    /** A technical word for whoever mends it. */
    public final String detail() {
        return failure == null ? "" : failure.detail();
    }

    /** The message in another language: "zh" or "en". */
    public final String message(String lang) {
        return failure == null ? getMessage() : explain(failure, lang)[0];
    }
}
