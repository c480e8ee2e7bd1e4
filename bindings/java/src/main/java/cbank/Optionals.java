package cbank;

import java.util.Optional;
import java.util.function.Supplier;

/** What may not be there. */
final class Optionals {
    private Optionals() {
    }

    /** Empty where the call answers NOT_FOUND. */
    static <T> Optional<T> found(Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }
}
