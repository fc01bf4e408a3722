package dev.lockstep.store;

import static dev.lockstep.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.PendingStart;
import dev.lockstep.engine.Plans.Deleted;
import dev.lockstep.engine.Plans.Saved;
import dev.lockstep.engine.Runs.Authority;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.fixture.StoreDatabase;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.schema.TableName;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = StoreDatabase.class, restrictToAnnotatedClass = true)
class StoredPlansPostgresTest {
    private static final Instant LATER = NOON.plusSeconds(60);

    @Inject
    ReactivePlans plans;

    @Inject
    ReactiveRuns runs;

    @Test
    void everyKindOfPlanReadsBackAsItWas() {
        for (PlanDocument document : Samples.plans()) {
            plans.save(document, "ana", Optional.empty(), NOON);

            StoredPlan stored = plans.find(document.key()).orElseThrow();
            assertThat(stored.document()).isEqualTo(document);
            assertThat(stored.digest()).isEqualTo(document.digest());
            assertThat(stored.author()).isEqualTo("ana");
            assertThat(stored.newestRun()).isEmpty();
        }
    }

    @Test
    void newSpecIsANewRevisionAndTheSameSpecIsNone() {
        PlanDocument first = Samples.plan("revised", Samples.USERS);
        PlanDocument second = Samples.described(first, "another description");

        assertThat(save(first, Optional.of(0), NOON)).isInstanceOf(Saved.Created.class);
        assertThat(save(first, Optional.empty(), LATER)).isInstanceOf(Saved.Unchanged.class);
        assertThat(save(second, Optional.of(1), LATER)).isInstanceOf(Saved.Replaced.class);

        StoredPlan stored = plans.find(first.key()).orElseThrow();
        assertThat(stored.revision()).isEqualTo(2);
        assertThat(stored.document()).isEqualTo(second);
        assertThat(stored.createdAt()).isEqualTo(NOON);
        assertThat(stored.updatedAt()).isEqualTo(LATER);
    }

    @Test
    void refusesAWriterWhoHasSeenAnotherRevision() {
        PlanDocument plan = Samples.plan("outdated", Samples.USERS);

        assertThat(save(plan, Optional.of(3), NOON)).isEqualTo(new Saved.Outdated(0));
        assertThat(plans.find(plan.key())).isEmpty();
        save(plan, Optional.of(0), NOON);
        assertThat(save(plan, Optional.of(0), NOON)).isEqualTo(new Saved.Outdated(1));
    }

    @Test
    void oneOfTwoCreatorsCreates() throws Exception {
        for (int round = 0; round < 10; round++) {
            PlanDocument plan = Samples.plan("created-" + round, Samples.USERS);
            Callable<Saved> create = () -> save(plan, Optional.empty(), NOON);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Saved>> outcomes = threads.invokeAll(List.of(create, create));

                assertThat(List.of(outcomes.get(0).get(), outcomes.get(1).get()))
                        .hasAtLeastOneElementOfType(Saved.Created.class)
                        .hasAtLeastOneElementOfType(Saved.Unchanged.class);
            }
        }
    }

    @Test
    void listsPlansByName() {
        List.of("z-last", "a-first", "b-1", "b1")
                .forEach(name -> save(Samples.plan(name, Samples.USERS), Optional.empty(), NOON));

        assertThat(plans.all())
                .extracting(stored -> stored.document().key().name())
                .contains("a-first", "z-last")
                .isSorted();
    }

    @Test
    void planInProgressIsNeitherReplacedNorDeleted() {
        PlanDocument plan = Samples.plan("busy", Samples.USERS);
        save(plan, Optional.empty(), NOON);
        StoredRun run = Samples.run(plan, TableName.parse("busy_table"));
        runs.begin(run, List.of(new Event.Started("ana")), NOON);

        assertThat(save(Samples.described(plan, "other"), Optional.empty(), NOON))
                .isInstanceOf(Saved.InProgress.class);
        assertThat(save(plan, Optional.empty(), NOON)).isInstanceOf(Saved.Unchanged.class);
        assertThat(plans.delete(plan.key())).isEqualTo(Deleted.IN_PROGRESS);
        assertThat(plans.find(plan.key())).isPresent();

        runs.append(run.id(), 1, new Authority.Command(), List.of(new Event.RolledBack()), true, NOON);
        assertThat(plans.delete(plan.key())).isEqualTo(Deleted.DELETED);
        assertThat(plans.delete(plan.key())).isEqualTo(Deleted.NOT_FOUND);
        assertThat(runs.find(run.id())).isEmpty();
        assertThat(runs.journal(run.id(), 0)).isEmpty();
    }

    @Test
    void otherWindowsAreARevisionOfTheSameDigestAndAuthorAtAnyTime() {
        PlanDocument plan = Samples.plan("rescheduled", Samples.USERS);
        PlanDocument anyTime = new PlanDocument(plan.key(), plan.spec().within(Optional.empty()));
        save(plan, Optional.empty(), NOON);
        runs.begin(Samples.run(plan, TableName.parse("rescheduled_table")), List.of(new Event.Started("ana")), NOON);

        assertThat(plans.save(anyTime, "ben", Optional.of(7), LATER)).isEqualTo(new Saved.Outdated(1));
        assertThat(plans.save(anyTime, "ben", Optional.of(1), LATER)).isInstanceOf(Saved.Rescheduled.class);
        assertThat(plans.save(anyTime, "ben", Optional.empty(), LATER)).isInstanceOf(Saved.Unchanged.class);

        StoredPlan stored = plans.find(plan.key()).orElseThrow();
        assertThat(stored.document()).isEqualTo(anyTime);
        assertThat(stored.revision()).isEqualTo(2);
        assertThat(stored.digest()).isEqualTo(plan.digest());
        assertThat(stored.author()).as("who may not approve it").isEqualTo("ana");
    }

    @Test
    void startThatWaitsIsForgottenOnceItsRunBegins() {
        PlanDocument plan = Samples.plan("waiting", Samples.USERS);
        PendingStart start = new PendingStart("ana", "The database does not answer.", NOON.plusNanos(1));
        save(plan, Optional.empty(), NOON);

        plans.await(plan.key(), start);
        assertThat(plans.find(plan.key()).orElseThrow().pendingStart()).contains(start);
        plans.forgetStart(plan.key());
        assertThat(plans.find(plan.key()).orElseThrow().pendingStart()).isEmpty();

        plans.await(plan.key(), start);
        StoredRun run = Samples.run(plan, TableName.parse("waiting_table"));
        runs.begin(run, List.of(new Event.Started("ana")), NOON);
        plans.await(plan.key(), start);
        assertThat(plans.find(plan.key()).orElseThrow().pendingStart()).isEmpty();
    }

    @Test
    void namesThePlanThatIsNotThere() {
        PlanDocument nobody = Samples.plan("nobody", Samples.USERS);

        assertThatThrownBy(() -> plans.forgetStart(nobody.key())).hasMessageContaining("shop/nobody");
        assertThatThrownBy(() -> runs.begin(Samples.run(nobody), List.of(), NOON))
                .hasMessageContaining("shop/nobody");
    }

    private Saved save(PlanDocument document, Optional<Integer> expectedRevision, Instant now) {
        return plans.save(document, "ana", expectedRevision, now);
    }
}
