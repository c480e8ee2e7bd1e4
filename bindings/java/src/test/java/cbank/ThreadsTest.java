package cbank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Many threads, many calls: the same answers, and no more memory. */
class ThreadsTest {
    private static final int CALLS = Integer.getInteger("cbank.calls", 30_000);

    @Test
    void sixteenThreadsVerifyAtOnce() throws Exception {
        try (World world = new World(); Verifier verifier = world.verifier()) {
            String account = world.learner();
            world.credit(account, "R-1", "JX101", "3.5");
            byte[] good = world.transcript(account);
            byte[] bad = good.clone();
            bad[bad.length / 2] ^= 4;
            ExecutorService pool = Executors.newFixedThreadPool(16);
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(pool.submit(() -> {
                    int valid = 0;
                    for (int n = 0; n < 100; n++) {
                        byte[] file = n % 2 == 0 ? good : bad;
                        valid += verifier.verify(file, "PARTNER").isValid() ? 1 : 0;
                    }
                    return valid;
                }));
            }
            for (Future<Integer> one : all) {
                assertEquals(50, one.get());
            }
            pool.shutdown();
        }
    }

    /** {@code -Dcbank.options=-Dcbank.calls=1000000} is the long run. */
    @Test
    void callsDoNotMakeTheProcessGrow() throws Exception {
        try (World world = new World(); Verifier verifier = world.verifier()) {
            byte[] transcript = world.transcript(world.learner());
            int round = Math.max(1, CALLS / 10);
            call(world, verifier, transcript, 4 * round);
            long before = resident();
            call(world, verifier, transcript, 6 * round);
            long grown = resident() - before;
            System.out.println(10 * round + " calls, grown by " + grown + " KiB");
            assertTrue(grown < 2 << 10, "grown by " + grown + " KiB");
        }
    }

    private static void call(World world, Verifier verifier, byte[] transcript, int times) {
        for (int i = 0; i < times; i++) {
            switch (i % 5) {
                case 0:
                    verifier.verify(transcript, i % 2 == 0 ? "PARTNER" : "OTHER").head();
                    break;
                case 1:
                    world.bank.learners().find("cn-id", World.OTHER_NUMBER);
                    break;
                case 2:
                    world.bank.checkBegin().close();
                    break;
                case 3:
                    Key.create().close();
                    break;
                default:
                    world.bank.info();
            }
        }
    }

    /** In KiB, once the collector has been. */
    private static long resident() throws Exception {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("/proc/self/status says nothing");
    }

    @Test
    void virtualThreadsAreNotPinned() throws Exception {
        Method start = virtual();
        Assumptions.assumeTrue(start != null, "virtual threads came with Java 21");
        try (World world = new World()) {
            String account = world.learner();
            AtomicInteger right = new AtomicInteger();
            AtomicInteger named = new AtomicInteger();
            List<Thread> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add((Thread) start.invoke(null, (Runnable) () -> {
                    if (world.bank.learners().show(account).isPresent()) {
                        right.incrementAndGet();
                    }
                    named.addAndGet(Pool.call(() ->
                        Thread.currentThread().getName().startsWith("cbank-") ? 1 : 0));
                }));
            }
            for (Thread thread : all) {
                thread.join();
            }
            assertEquals(200, right.get());
            assertEquals(200, named.get(), "calls run in threads of the binding");
        }
    }

    private static Method virtual() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
