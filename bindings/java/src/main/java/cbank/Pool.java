package cbank;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads for those who call from a virtual thread: a virtual thread in C would hold the thread
 * that carries it, so it waits here instead. Threads of the platform call by themselves.
 */
final class Pool {
    private static final int THREADS = Integer.getInteger("cbank.pool.threads", 32);
    private static final Method IS_VIRTUAL = isVirtual();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ThreadPoolExecutor THREADPOOL = new ThreadPoolExecutor(THREADS, THREADS,
        30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Pool::thread);

    static {
        THREADPOOL.allowCoreThreadTimeOut(true);
    }

    private Pool() {
    }

    /** Ends when the call has ended, also where the caller is interrupted: then it stays so. */
    static <T> T call(Supplier<T> work) {
        if (!onVirtual()) {
            return work.get();
        }
        FutureTask<T> task = new FutureTask<>(work::get);
        boolean interrupted = false;
        THREADPOOL.execute(task);
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error) {
            throw (Error) cause;
        }
        return (RuntimeException) cause;
    }

    private static boolean onVirtual() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invoke(Thread.currentThread());
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Null before Java 21. */
    private static Method isVirtual() {
        try {
            return Thread.class.getMethod("isVirtual");
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "cbank-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
