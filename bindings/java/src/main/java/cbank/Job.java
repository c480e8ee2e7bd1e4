package cbank;

import cbank.api.v1.Progress;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Long work in steps. {@link #run} does all of it; or step until it is done, feed what it asks for,
 * read what it has, and finish. Nothing is locked between steps. A failure ends it: only closing is
 * left. Closing a job that is not done cancels it. Threads that use one job wait for each other.
 *
 * @param <R> the result
 */
public final class Job<R> extends Handle {
    private static final int PIECE = 256 << 10;
    private static final Duration BUDGET = Duration.ofMillis(100);

    private final Parser<R> parser;
    private final ReentrantLock turn = new ReentrantLock();
    private Consumer<Progress> listener = progress -> { };
    private volatile boolean cancelled;

    /** What a job wants next. */
    public enum State {
        /** To step again. */
        MORE,
        /** Input, or to hear that it has ended. */
        NEEDS_INPUT,
        /** To have its output read. */
        HAS_OUTPUT,
        /** To be finished. */
        DONE;
    }

    /** Where output goes. */
    public interface Output {
        /**
         * Takes the next bytes.
         *
         * @param name of the output, for a job that has several; else ""
         */
        void write(String name, byte[] bytes) throws IOException;
    }

    Job(Parser<R> parser, long address, Handle... kept) {
        super("job", address, Library::cbank_job_close, kept);
        this.parser = parser;
    }

    /** Has {@link #run} tell how far it is, after each step. */
    public Job<R> onProgress(Consumer<Progress> listener) {
        this.listener = Objects.requireNonNull(listener);
        return this;
    }

    /** Has {@link #run}, in whichever thread, end with a {@link CancellationException}. */
    public void cancel() {
        cancelled = true;
    }

    /** Runs a job without input or output. */
    public R run() throws IOException, InterruptedException {
        return run(InputStream.nullInputStream(), (name, bytes) -> { });
    }

    /** Runs it on a file; its output is left. */
    public R run(Path input) throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(input)) {
            return run(in, (name, bytes) -> { });
        }
    }

    /** Runs it from one stream to another; closes neither. */
    public R run(InputStream input, OutputStream output) throws IOException, InterruptedException {
        return run(input, (name, bytes) -> output.write(bytes));
    }

    /**
     * Runs it to its end, and closes it.
     *
     * @throws CancellationException if {@link #cancel} was called
     * @throws InterruptedException  if the thread was interrupted: between steps, never within one
     */
    public R run(InputStream input, Output output) throws IOException, InterruptedException {
        Objects.requireNonNull(input);
        Objects.requireNonNull(output);
        try (this) {
            byte[] piece = new byte[PIECE];
            while (true) {
                switch (attentiveStep()) {
                    case NEEDS_INPUT:
                        int count = input.read(piece);
                        if (count < 0) {
                            feedEnd();
                        } else {
                            feed(piece, 0, count);
                        }
                        break;
                    case HAS_OUTPUT:
                        output.write(progress().getOutput(), read());
                        break;
                    case DONE:
                        return finish();
                    default:
                        break;
                }
            }
        }
    }

    private State attentiveStep() throws InterruptedException {
        if (cancelled) {
            throw new CancellationException("the job was cancelled");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("the job was interrupted");
        }
        State state = step(BUDGET);
        listener.accept(progress());
        return state;
    }

    /** Works for about as long, and tells what is next. */
    @Counterpart("cbank_job_step")
    public State step(Duration budget) {
        int milliseconds = (int) Math.max(0, Math.min(budget.toMillis(), 60_000));
        return inTurn(() -> State.values()[Call.number(s -> Library.cbank_job_step(address(),
            milliseconds, s.state(), s.error()), this) - 1]);
    }

    /** Hands over the next bytes of the input. */
    public void feed(byte[] bytes) {
        feed(bytes, 0, bytes.length);
    }

    /** Hands over the next bytes of the input: so many from there on. */
    @Counterpart("cbank_job_feed")
    public void feed(byte[] bytes, int from, int count) {
        Objects.checkFromIndexSize(from, count, bytes.length);
        inTurn(() -> {
            Call.fed(bytes, from, count, s -> Library.cbank_job_feed(address(), s.request(),
                s.size(), s.error()), this);
            return null;
        });
    }

    /** Says that the input is complete. */
    @Counterpart("cbank_job_feed_end")
    public void feedEnd() {
        inTurn(() -> {
            Call.plain(s -> Library.cbank_job_feed_end(address(), s.error()), this);
            return null;
        });
    }

    /** Takes the output that there is. */
    @Counterpart("cbank_job_read")
    public byte[] read() {
        return inTurn(() -> Call.bytes(null,
            s -> Library.cbank_job_read(address(), s.reply(), s.error()), this));
    }

    /** How far it is. */
    @Counterpart("cbank_job_progress")
    public Progress progress() {
        return inTurn(() -> Call.reply(Progress.parser(), null,
            s -> Library.cbank_job_progress(address(), s.reply(), s.error()), this));
    }

    /** The result of a job that is done. */
    @Counterpart({"cbank_job_finish", "cbank_job_close"})
    public R finish() {
        return inTurn(() -> Call.reply(parser, null,
            s -> Library.cbank_job_finish(address(), s.reply(), s.error()), this));
    }

    private <T> T inTurn(Supplier<T> work) {
        turn.lock();
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }
}
