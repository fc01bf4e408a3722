package dev.lockstep.store;

import static dev.lockstep.store.Samples.NOON;
import static dev.lockstep.store.Samples.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.Lease;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.PodReport;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs.Appended;
import dev.lockstep.engine.Runs.Authority;
import dev.lockstep.engine.Runs.Begun;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.StoreDatabase;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.schema.TableName;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = StoreDatabase.class, restrictToAnnotatedClass = true)
class StoredRunsPostgresTest {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration OVER_AT_ONCE = Duration.ofNanos(1_000);
    private static final Authority BY_COMMAND = new Authority.Command();

    @Inject
    ReactivePlans plans;

    @Inject
    ReactiveRuns runs;

    @Inject
    Vertx vertx;

    @Test
    void beginsARunAndReadsItBackAsItWas() {
        StoredRun run = prepared(table(), Samples.ODD);

        assertThat(runs.begin(run, List.of(new Event.Started("ana")), NOON)).isEqualTo(new Begun.Begin(run));

        assertThat(runs.find(run.id())).contains(run);
        assertThat(runs.active()).contains(run.id());
        assertThat(runs.journal(run.id(), 0)).containsExactly(new JournalEntry(1, NOON, new Event.Started("ana")));
        assertThat(plans.find(run.document().key()).orElseThrow().newestRun()).contains(run.id());
        finish(run);
    }

    @Test
    void knowsNoRunThatWasNeverBegun() {
        assertThat(runs.find(new RunId(UUID.randomUUID()))).isEmpty();
        assertThat(runs.journal(new RunId(UUID.randomUUID()), 0)).isEmpty();
        assertThat(runs.progress(new RunId(UUID.randomUUID()))).isEmpty();
    }

    @Test
    void everyKindOfEventGoesThroughTheJournalUnchanged() {
        StoredRun run = begun(table());

        assertThat(runs.append(run.id(), 1, BY_COMMAND, Samples.events(), false, NOON))
                .isEqualTo(new Appended.Done(1 + Samples.events().size()));

        assertThat(runs.journal(run.id(), 1)).extracting(JournalEntry::event).isEqualTo(Samples.events());
        assertThat(runs.journal(run.id(), 0))
                .extracting(JournalEntry::sequence)
                .isEqualTo(IntStream.rangeClosed(1, 1 + Samples.events().size())
                        .mapToObj(Long::valueOf)
                        .toList());
    }

    @Test
    void oneOfTwoBeginnersOfAPlanWins() throws Exception {
        StoredRun one = prepared(table());
        StoredRun other = Samples.run(one.document(), table());

        List<Begun> outcomes = together(() -> begin(one), () -> begin(other));

        RunId winner = outcomes.contains(new Begun.Begin(one)) ? one.id() : other.id();
        assertThat(outcomes).hasAtLeastOneElementOfType(Begun.Begin.class).contains(new Begun.AlreadyActive(winner));
    }

    @Test
    @Fact("G33")
    void oneOfTwoPlansOnTheSameTablesWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            TableName shared = table();
            TableName alsoShared = table();
            StoredRun one = prepared(shared, alsoShared);
            StoredRun other = prepared(alsoShared, shared);

            List<Begun> outcomes = together(() -> begin(one), () -> begin(other));

            StoredRun winner = outcomes.contains(new Begun.Begin(one)) ? one : other;
            StoredRun loser = winner.equals(one) ? other : one;
            assertThat(outcomes)
                    .containsExactlyInAnyOrder(
                            new Begun.Begin(winner),
                            new Begun.TableTaken(
                                    shared.compareTo(alsoShared) < 0 ? shared : alsoShared,
                                    winner.document().key(),
                                    winner.createdAt()));
            assertThat(runs.find(loser.id())).isEmpty();
        }
    }

    @Test
    void tablesBecomeFreeWhenTheirRunIsOver() {
        TableName table = table();
        StoredRun first = begun(table);
        StoredRun second = prepared(table);
        assertThat(begin(second)).isInstanceOf(Begun.TableTaken.class);
        DatabaseName shop = first.document().spec().database();
        assertThat(runs.taken(shop, Set.of(table, table())))
                .contains(new Begun.TableTaken(table, first.document().key(), first.createdAt()));
        assertThat(runs.taken(new DatabaseName("elsewhere"), Set.of(table))).isEmpty();

        finish(first);
        assertThat(runs.taken(shop, Set.of(table))).isEmpty();

        assertThat(begin(second)).isEqualTo(new Begun.Begin(second));
        assertThat(runs.active()).doesNotContain(first.id()).contains(second.id());
        assertThat(runs.find(first.id()).orElseThrow().tables()).containsExactly(table);
    }

    @Test
    void refusesToBeginFromARevisionThatIsNotTheNewest() {
        StoredRun run = prepared(table());
        plans.save(Samples.described(run.document(), "declared anew"), "ana", Optional.empty(), NOON);

        assertThatThrownBy(() -> begin(run)).hasMessageContaining("revision 2");
        assertThat(runs.active()).doesNotContain(run.id());
    }

    @Test
    void oneOfTwoWritersIsBehind() throws Exception {
        StoredRun run = begun(table());
        List<Event> events = List.of(new Event.Suspended("ana"), new Event.Resumed("ana"));

        List<Appended> outcomes = together(
                () -> runs.append(run.id(), 1, BY_COMMAND, events, false, NOON),
                () -> runs.append(run.id(), 1, BY_COMMAND, events, false, NOON));

        assertThat(outcomes).containsExactlyInAnyOrder(new Appended.Done(3), new Appended.Behind());
        assertThat(runs.journal(run.id(), 0)).hasSize(3);
    }

    @Test
    void refusesToAddToARunThatIsOver() {
        StoredRun run = begun(table());
        finish(run);

        assertThatThrownBy(() -> runs.append(run.id(), 2, BY_COMMAND, List.of(new Event.Aborted("ana")), false, NOON))
                .hasMessageContaining("is over");
    }

    @Test
    void leaseIsHeldByOneAndItsFenceGrows() {
        RunId run = begun(table()).id();

        Lease first = runs.acquire(run, "a", OVER_AT_ONCE).orElseThrow();
        Lease second = takenOver(run, "b", OVER_AT_ONCE);
        Lease again = takenOver(run, "b", LONG);

        assertThat(List.of(first.fence(), second.fence(), again.fence())).containsExactly(1L, 2L, 3L);
        assertThat(runs.acquire(run, "a", LONG)).isEmpty();
        assertThat(runs.acquire(run, "b", LONG)).isEmpty();
    }

    @Test
    void oneOfTwoReplicasGetsTheLease() throws Exception {
        RunId run = begun(table()).id();

        List<Optional<Lease>> outcomes =
                together(() -> runs.acquire(run, "a", LONG), () -> runs.acquire(run, "b", LONG));

        assertThat(outcomes.stream().filter(Optional::isPresent)).hasSize(1);
    }

    @Test
    void holderWritesUntilAnotherHasTakenOver() {
        RunId run = begun(table()).id();
        Lease old = runs.acquire(run, "a", OVER_AT_ONCE).orElseThrow();
        assertThat(write(run, 1, old)).isEqualTo(new Appended.Done(2));

        Lease fresh = takenOver(run, "b", LONG);

        assertThat(write(run, 2, old)).isEqualTo(new Appended.LeaseLost());
        assertThat(runs.renew(old, LONG)).isFalse();
        assertThat(write(run, 2, fresh)).isEqualTo(new Appended.Done(3));
    }

    @Test
    void renewedLeaseStaysAndAnExpiredOneIsNotRenewed() {
        RunId run = begun(table()).id();
        Lease lease = runs.acquire(run, "a", LONG).orElseThrow();

        assertThat(runs.renew(lease, OVER_AT_ONCE)).isTrue();
        await().until(() -> !runs.renew(lease, LONG));
        assertThat(runs.acquire(run, "b", LONG)).map(Lease::fence).contains(2L);
    }

    @Test
    void releasedLeaseIsFreeAtOnceAndWorthNothing() {
        RunId run = begun(table()).id();
        Lease lease = runs.acquire(run, "a", LONG).orElseThrow();

        runs.release(lease);

        assertThat(write(run, 1, lease)).isEqualTo(new Appended.LeaseLost());
        assertThat(runs.renew(lease, LONG)).isFalse();
        Lease next = runs.acquire(run, "b", LONG).orElseThrow();
        runs.release(lease);
        assertThat(write(run, 1, next)).isEqualTo(new Appended.Done(2));
    }

    @Test
    void keepsTheNewestProgressAndReport() {
        RunId run = begun(table()).id();
        Progress early = new Progress("fill", 1, 0.1, 10, Optional.empty(), NOON);
        Progress late = new Progress("fill", 9, 0.9, 12.5, Optional.of(3L), NOON.plusSeconds(1));
        runs.report(run, early);
        runs.report(run, late);
        assertThat(runs.progress(run)).contains(late);

        PodReport old = new PodReport("uid-1", "shop", "web-1", "1.4.0", NOON);
        PodReport fresh = new PodReport(
                "uid-1", "shop", "web-1", "1.5.0", Optional.of("users:read users:write"), NOON.plusSeconds(1));
        runs.keep(fresh);
        runs.keep(old);
        assertThat(runs.reports(List.of("uid-0", "uid-1"))).containsExactly(fresh);
        assertThat(runs.reports(List.of())).isEmpty();
    }

    @Test
    void forgetsReportsOfOneNamespaceTheOldestFirstAndNoneOfAPodThatIsThere() {
        for (int age = 1; age <= 4; age++) {
            runs.keep(new PodReport("old-" + age, "prune", "web-" + age, "1.4.0", NOON.minusSeconds(age)));
        }
        runs.keep(new PodReport("new", "prune", "web-0", "1.5.0", NOON));
        runs.keep(new PodReport("elsewhere", "prune-not", "web-0", "1.5.0", NOON.minusSeconds(1)));
        List<String> all = List.of("elsewhere", "new", "old-1", "old-2", "old-3", "old-4");

        assertThat(runs.reportedBefore(NOON)).contains("prune", "prune-not");
        assertThat(runs.reportedBefore(NOON.minusSeconds(1))).contains("prune").doesNotContain("prune-not");
        assertThat(runs.forgetReports("prune", NOON, Set.of("old-4", "new"), 2)).isEqualTo(2);
        assertThat(runs.reports(all))
                .extracting(PodReport::podUid)
                .as("two at a time, the oldest first")
                .containsExactly("elsewhere", "new", "old-1", "old-4");
        assertThat(runs.forgetReports("prune", NOON, Set.of("old-4"), 2)).isEqualTo(1);
        assertThat(runs.forgetReports("prune", NOON, Set.of(), 2)).isEqualTo(1);
        assertThat(runs.reports(all)).extracting(PodReport::podUid).containsExactly("elsewhere", "new");
    }

    @Test
    void forgetsBesideAsManyPodsAsANamespaceCanHave() {
        runs.keep(new PodReport("gone", "crowded", "web-0", "1.4.0", NOON.minusSeconds(1)));
        Set<String> living = IntStream.range(0, 100_000)
                .mapToObj(_ -> UUID.randomUUID().toString())
                .collect(Collectors.toSet());

        assertThat(runs.forgetReports("crowded", NOON, living, 10)).isEqualTo(1);
    }

    @Test
    void tellsEveryListenerOfAChangeAlthoughOneOfThemFails() throws Exception {
        RunId run = begun(table()).id();
        BlockingQueue<RunId> heard = new LinkedBlockingQueue<>();
        try (AutoCloseable broken = runs.onChange(_ -> {
                    throw new IllegalStateException("this listener always fails; the test wants it to");
                });
                AutoCloseable listening = runs.onChange(heard::add)) {
            assertThat(broken).isNotSameAs(listening);
            for (long sequence = 1; sequence <= 3; sequence++) {
                runs.append(run, sequence, BY_COMMAND, List.of(new Event.Suspended("ana")), false, NOON);
                assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(run);
            }
            runs.report(run, new Progress("fill", 1, 0.1, 10, Optional.empty(), NOON));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(run);
        }
    }

    @Test
    void worksFromVirtualThreadsAndRefusesAnEventLoopClearly() throws Exception {
        RunId run = begun(table()).id();
        try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<JournalEntry>>> reads = IntStream.range(0, 50)
                    .mapToObj(_ -> virtual.submit(() -> runs.journal(run, 0)))
                    .toList();
            for (Future<List<JournalEntry>> read : reads) {
                assertThat(read.get()).hasSize(1);
            }
        }
        Callable<List<RunId>> blocking = runs::active;
        assertThat(vertx.executeBlocking(blocking)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get())
                .contains(run);
        assertThatThrownBy(() -> onEventLoop(runs::active)).rootCause().hasMessageContaining("event loop");
    }

    @Test
    void interruptedCallerIsToldSoAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(runs::active)
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("being stopped");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void namesTheRunThatIsNotThere() {
        RunId nobody = new RunId(UUID.randomUUID());

        assertThatThrownBy(() -> runs.acquire(nobody, "a", LONG))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining(nobody.toString());
        assertThatThrownBy(() -> runs.append(nobody, 0, BY_COMMAND, List.of(), false, NOON))
                .hasMessageContaining(nobody.toString());
        assertThatThrownBy(() -> runs.report(nobody, new Progress("s", 0, 0, 0, Optional.empty(), NOON)))
                .hasMessageContaining(nobody.toString());
    }

    @Test
    void saysWhichCharacterItCannotKeep() {
        RunId run = begun(table()).id();

        assertThatThrownBy(() -> runs.append(run, 1, BY_COMMAND, List.of(new Event.Aborted("a\0b")), false, NOON))
                .hasMessageContaining("NUL");
        assertThat(runs.journal(run, 1)).isEmpty();
    }

    private <T> T onEventLoop(Callable<T> work) throws Exception {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        vertx.runOnContext(_ -> {
            try {
                outcome.complete(work.call());
            } catch (Exception e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome.get();
    }

    private Appended write(RunId run, long lastSeen, Lease lease) {
        return runs.append(
                run, lastSeen, new Authority.Holder(lease), List.of(new Event.Suspended("ana")), false, NOON);
    }

    private Lease takenOver(RunId run, String holder, Duration timeToLive) {
        return await().until(() -> runs.acquire(run, holder, timeToLive), Optional::isPresent)
                .orElseThrow();
    }

    private void finish(StoredRun run) {
        long newest = runs.journal(run.id(), 0).getLast().sequence();
        assertThat(runs.append(run.id(), newest, BY_COMMAND, List.of(new Event.RolledBack()), true, NOON))
                .isInstanceOf(Appended.Done.class);
    }

    private Begun begin(StoredRun run) {
        return runs.begin(run, List.of(new Event.Started("ana")), NOON);
    }

    private StoredRun begun(TableName... tables) {
        StoredRun run = prepared(tables);
        assertThat(begin(run)).isEqualTo(new Begun.Begin(run));
        return run;
    }

    private StoredRun prepared(TableName... tables) {
        PlanDocument document = Samples.plan("plan-" + NAMES.incrementAndGet(), USERS);
        plans.save(document, "ana", Optional.of(0), NOON);
        return Samples.run(document, tables);
    }

    private static TableName table() {
        return TableName.parse("table_" + NAMES.incrementAndGet());
    }

    private static <T> List<T> together(Callable<T> one, Callable<T> other) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> first = threads.submit(() -> {
                start.await();
                return one.call();
            });
            Future<T> second = threads.submit(() -> {
                start.await();
                return other.call();
            });
            return List.of(first.get(), second.get());
        }
    }
}
