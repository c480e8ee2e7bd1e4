package cbank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cbank.api.v1.CreditImportReply;
import cbank.api.v1.LearnerOpenRequest;
import cbank.v1.LangText;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a program does wrong, it gets an exception, and the process stays. */
class MisuseTest {
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = new World();
    }

    private Job<CreditImportReply> importing() {
        return world.bank.credits().importBegin(world.key, LifeTest.importing());
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aClosedHandleSaysSo() {
        Verifier verifier = world.verifier();
        Key key = Key.create();
        verifier.close();
        verifier.close();
        key.close();
        world.bank.close();

        assertTrue(key.isClosed());
        assertThrows(IllegalStateException.class, key::show);
        assertThrows(IllegalStateException.class, world.bank::info);
        assertThrows(IllegalStateException.class, () -> world.bank.checkBegin());
        assertThrows(IllegalStateException.class, () -> verifier.verify(new byte[3], "X"));
        assertThrows(IllegalStateException.class, () -> Institutions.request(key, "o", "C", "n"));
    }

    @Test
    void nullIsRefused() {
        assertThrows(NullPointerException.class, () -> Bank.open(null));
        assertThrows(NullPointerException.class, () -> Verifier.open(null, "x"));
        assertThrows(NullPointerException.class,
            () -> world.bank.learners().open((LearnerOpenRequest) null));
        assertThrows(NullPointerException.class,
            () -> world.bank.credits().importBegin(null, LifeTest.importing()));
        assertThrows(NullPointerException.class,
            () -> ReferenceKey.save(null, "C", Path.of("x"), null));
        try (Job<?> job = world.bank.checkBegin()) {
            assertThrows(NullPointerException.class, () -> job.feed(null));
            assertThrows(IndexOutOfBoundsException.class, () -> job.feed(new byte[2], 1, 2));
        }
    }

    @Test
    void textThatCannotBeTextIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Key.create("sm3-sm2\0x"));
        assertThrows(IllegalArgumentException.class, () -> Key.create("\ud800"));
        assertThrows(IllegalArgumentException.class,
            () -> world.bank.learners().open("甲\ud842", "cn-id", World.NUMBER));
        assertEquals(world.bank.learners().open("甲𠮷", "cn-id", World.NUMBER),
            world.bank.learners().open("甲𠮷", "cn-id", World.NUMBER));
        assertThrows(DataException.class, () -> Key.create("md5-rsa"));
        assertThrows(NotFoundException.class, () -> Bank.open(world.folder.resolve("nowhere")));
        assertThrows(NotFoundException.class, () -> Key.open(world.folder.resolve("nothing")));
    }

    @Test
    void aFieldThatNobodyKnowsIsRefused() {
        LearnerOpenRequest odd = LearnerOpenRequest.newBuilder().setUnknownFields(
            UnknownFieldSet.newBuilder().addField(4000, UnknownFieldSet.Field.newBuilder()
                .addVarint(1).build()).build()).build();
        CallerException refused =
            assertThrows(CallerException.class, () -> world.bank.learners().open(odd));
        assertEquals(Status.ARGUMENT, refused.status());
    }

    @Test
    void aBankStaysAsLongAsItsJob() throws Exception {
        Job<CreditImportReply> job = importing();
        world.bank.close();
        world.key.close();
        assertTrue(world.bank.isClosed());
        assertEquals(2, job.run(new ByteArrayInputStream(World.sheet(2)), (name, bytes) -> { })
            .getDeposited());
        assertTrue(job.isClosed());
        Bank.open(world.path).close();
    }

    @Test
    void aBankThatNobodyHoldsIsClosed() throws Exception {
        world.bank.close();
        assertEquals(0, openFiles());
        Bank.open(world.path).info();
        assertTrue(openFiles() > 0);
        for (int i = 0; i < 200 && openFiles() > 0; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(0, openFiles(), "the collector closes what was forgotten");
        try (Bank again = Bank.open(world.path)) {
            assertEquals(World.ORIGIN, again.info().getOrigin());
        }
    }

    /** How many files of the world the process has open. */
    private long openFiles() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> {
                try {
                    return Files.readSymbolicLink(each).startsWith(world.folder);
                } catch (IOException e) {
                    return false;
                }
            }).count();
        }
    }

    @Test
    void aCancelledImportLeavesNothingUndecided() throws Exception {
        Job<CreditImportReply> job = importing();
        job.onProgress(progress -> job.cancel());
        assertThrows(CancellationException.class,
            () -> job.run(new ByteArrayInputStream(World.sheet(500)), (name, bytes) -> { }));
        assertTrue(job.isClosed());
        assertEquals(500, world.bank.credits().importBegin(world.key, LifeTest.importing())
            .run(new ByteArrayInputStream(World.sheet(500)), (name, bytes) -> { }).getDeposited());
    }

    @Test
    void anInterruptedThreadStopsBetweenSteps() throws Exception {
        Thread.currentThread().interrupt();
        assertEquals(World.ORIGIN, world.bank.info().getOrigin(), "a call is never torn apart");
        Job<CreditImportReply> job = importing();
        assertThrows(InterruptedException.class,
            () -> job.run(new ByteArrayInputStream(World.sheet(3)), (name, bytes) -> { }));
        assertFalse(Thread.interrupted());
        assertTrue(job.isClosed());
    }

    @Test
    void inputThatFailsEndsTheJob() {
        Job<CreditImportReply> job = importing();
        assertThrows(IOException.class, () -> job.run(new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the disk is gone");
            }
        }, (name, bytes) -> { }));
        assertTrue(job.isClosed());
    }

    @Test
    void threadsThatShareAJobTakeTurns() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        try (Job<CreditImportReply> job =
                world.bank.credits().importBegin(world.key, LifeTest.importing())) {
            Thread[] threads = new Thread[8];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> {
                    try {
                        start.await();
                        for (int n = 0; n < 50; n++) {
                            job.progress();
                            step(job);
                        }
                    } catch (Throwable e) {
                        wrong.compareAndSet(null, e);
                    }
                });
                threads[i].start();
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(null, wrong.get());
        }
    }

    private static void step(Job<?> job) {
        if (job.step(Duration.ZERO) == Job.State.NEEDS_INPUT) {
            job.feed(new byte[0]);
        }
    }

    @Test
    void closingWhileOthersCallWaitsForThem() throws Exception {
        String account = world.learner();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(4);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                try {
                    world.bank.learners().show(account);
                    running.countDown();
                    while (true) {
                        world.bank.learners().show(account);
                    }
                } catch (IllegalStateException closed) {
                    // As it should be.
                } catch (Throwable e) {
                    wrong.compareAndSet(null, e);
                }
            });
            threads[i].start();
        }
        running.await();
        world.bank.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(null, wrong.get());
    }

    @Test
    void hostileBytesAreJustRefused() {
        String account = world.learner();
        world.credit(account, "R-1", "JX101", "3.5");
        byte[] transcript = world.transcript(account);
        Random random = new Random(7);
        try (Verifier verifier = world.verifier()) {
            for (int i = 0; i < 2000; i++) {
                byte[] hostile = i % 2 == 0 ? transcript.clone() : new byte[random.nextInt(300)];
                if (i % 2 == 0) {
                    hostile[random.nextInt(hostile.length)] ^= 1 << random.nextInt(8);
                } else {
                    random.nextBytes(hostile);
                }
                assertFalse(verifier.verify(hostile, "PARTNER").isValid());
            }
            byte[] hostile = new byte[8 << 20];
            random.nextBytes(hostile);
            assertFalse(verifier.verify(hostile, "PARTNER").isValid());
        }
        assertThrows(DataException.class, () -> world.bank.institutions().admit(new byte[99]));
        assertThrows(CbankException.class, () -> Verifier.open(new byte[1 << 20], "00"));
        assertThrows(CbankException.class, () -> Verifier.open(transcript, "zz"));
        assertThrows(CbankException.class, () -> world.bank.institutions().admit(
            cbank.api.v1.AdmitRequest.newBuilder().setToken(ByteString.copyFromUtf8("short"))
                .addNames(LangText.getDefaultInstance()).build()));
    }
}
