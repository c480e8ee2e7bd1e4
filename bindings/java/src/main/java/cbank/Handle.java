package cbank;

import java.lang.ref.Cleaner;
import java.util.function.LongConsumer;

/**
 * Something of the library's that has to be closed. Calls of any thread keep it while they last,
 * and so does a job begun with it: it is closed in earnest when the last of them has ended.
 * Whoever forgets to close it has the collector do so, some time.
 */
public abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final State state;
    private final Cleaner.Cleanable cleanable;

    Handle(String name, long address, LongConsumer free, Handle... kept) {
        state = new State(name, address, free, kept);
        cleanable = CLEANER.register(this, state);
    }

    /** Closes it; once more does nothing. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /** Whether it was closed. */
    public final boolean isClosed() {
        return state.isClosed();
    }

    /** Valid between {@link #acquire} and {@link #release}. */
    final long address() {
        return state.address;
    }

    /** @throws IllegalStateException if it was closed */
    final void acquire() {
        state.acquire();
    }

    final void release() {
        state.release();
    }

    /** What is left when the handle itself is gone. */
    private static final class State implements Runnable {
        private final String name;
        private final long address;
        private final LongConsumer free;
        private final Handle[] kept;
        private int uses;
        private boolean closed;

        State(String name, long address, LongConsumer free, Handle[] kept) {
            this.name = name;
            this.address = address;
            this.free = free;
            this.kept = kept;
            for (Handle handle : kept) {
                handle.acquire();
            }
        }

        synchronized boolean isClosed() {
            return closed;
        }

        synchronized void acquire() {
            if (closed) {
                throw new IllegalStateException("this " + name + " is closed");
            }
            uses++;
        }

        void release() {
            boolean last;
            synchronized (this) {
                last = --uses == 0 && closed;
            }
            if (last) {
                end();
            }
        }

        @Override
        public void run() {
            boolean last;
            synchronized (this) {
                last = uses == 0 && !closed;
                closed = true;
            }
            if (last) {
                end();
            }
        }

        private void end() {
            free.accept(address);
            for (Handle handle : kept) {
                handle.release();
            }
        }
    }
}
