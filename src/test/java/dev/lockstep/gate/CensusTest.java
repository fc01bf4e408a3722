package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.STALE;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.blockers;
import static dev.lockstep.gate.Seen.codes;
import static dev.lockstep.gate.Seen.gate;
import static dev.lockstep.gate.Seen.label;
import static dev.lockstep.gate.Seen.rolledOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Census.Alike;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.ConsumerRules;
import dev.lockstep.plan.EvidenceRank;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.SessionPattern;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.Minimum;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the database sees, against what a plan knows of. */
class CensusTest {
    private static final SessionSpec BY_NAME = name("web/{version}");
    private static final WorkloadSpec SPEC = spec(BY_NAME, EvidenceRank.LABEL);
    private static final WorkloadObservation GOOD = rolledOut("1.5.0", pod("a", "10.0.0.1", label("1.5.0")));

    // G29: sessions testify

    @Test
    void oldSessionHoldsWhateverThePodsSayAndWhereverItComesFrom() {
        Verdict verdict = judged(SPEC, GOOD, session("web/1.5.0", "10.0.0.1"), session("web/1.4.0", "10.9.9.9"));

        assertThat(blockers(verdict)).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Code.OLD_VERSION);
            assertThat(blocker.object()).isEqualTo("sessions web/1.4.0 of role app from 10.9.9.9 on the primary");
            assertThat(blocker.remedy()).contains("PgBouncer");
        });
        assertThat(judged(SPEC, GOOD, session("web/1.5.0", "10.9.9.9"))).isInstanceOf(Verdict.Open.class);
    }

    @Test
    void manySessionsThatLookTheSameAreOneThingInTheWay() {
        Verdict one = judged(SPEC, GOOD, session("web/1.4.0", "10.9.9.9"));
        Consumer other =
                new Consumer(Consumer.Kind.SESSION, "4712", "the primary", "app", "web/1.4.0", "10.9.9.9", NOW);

        assertThat(judged(SPEC, GOOD, other, session("web/1.4.0", "10.9.9.9"))).isEqualTo(one);
    }

    @Test
    void sessionWithAVersionThatCannotBeReadHolds() {
        assertThat(codes(judged(SPEC, GOOD, session("web/latest", "10.9.9.9")))).containsExactly(Code.UNKNOWN_VERSION);
    }

    @Test
    void sessionsOfOthersSayNothing() {
        assertThat(judged(SPEC, GOOD, session("report/1.4.0", "10.9.9.9"), session("", "10.9.9.9")))
                .isInstanceOf(Verdict.Open.class);
    }

    @Test
    void roleTestifiesAsWellAsAName() {
        WorkloadSpec byRole = spec(
                new SessionSpec(Optional.empty(), Optional.of(new SessionPattern("web_{version}"))),
                EvidenceRank.LABEL);
        Consumer old = new Consumer(Consumer.Kind.PREPARED_TRANSACTION, "tx", "the primary", "web_1.4.0", "", "", NOW);

        assertThat(codes(judged(byRole, GOOD, old))).containsExactly(Code.OLD_VERSION);
    }

    /** G1, G36. */
    @Test
    @Fact({"G1", "G36"})
    void sessionsThatCannotBeSeenOrWereSeenLongAgoHoldWhereThePlanGoesByThem() {
        Consumers unseen = new Consumers.Unseen("The replica does not answer.", NOW);
        Consumers old = new Consumers.Seen(List.of(), List.of(), STALE);

        for (Consumers consumers : List.of(unseen, old)) {
            assertThat(codes(judged(SPEC, GOOD, new Census(consumers, ConsumerRules.standard()))))
                    .containsExactly(Code.EVIDENCE_STALE);
            assertThat(codes(judged(Seen.newOnly(">=1.5.0"), GOOD, new Census(consumers, hold()))))
                    .containsExactly(Code.EVIDENCE_STALE);
            assertThat(judged(Seen.newOnly(">=1.5.0"), GOOD, new Census(consumers, ConsumerRules.standard())))
                    .isInstanceOf(Verdict.Open.class);
        }
    }

    @Test
    void rollbackAsksTheSessionsToo() {
        Census census = census(ConsumerRules.standard(), session("web/1.5.0", "10.9.9.9"));
        WorkloadObservation old = rolledOut("1.4.0", pod("a", "10.0.0.1", label("1.4.0")));

        assertThat(codes(gate().judgeRollback(List.of(SPEC), List.of(old), census)))
                .containsExactly(Code.NEW_VERSION);
    }

    /** G2, G3: evidence about a pod only from its own address, and from its present process. */
    @Test
    @Fact({"G2", "G3"})
    void sessionIsEvidenceAboutThePodThatAloneHasItsAddress() {
        List<WorkloadObservation> seen = List.of(
                rolledOut("1.5.0", pod("a", "10.0.0.1"), pod("b", "10.0.0.2"), pod("c", "10.0.0.2"), pod("d", "")));

        assertThat(testimony(seen, session("web/1.5.0", "10.0.0.1"))).containsExactly("a 1.5.0");
        assertThat(testimony(seen, session("web/1.5.0", "10.0.0.2"), session("web/1.5.0", "")))
                .isEmpty();
        assertThat(testimony(seen, session("other/1.5.0", "10.0.0.1"))).isEmpty();
        Consumer before = new Consumer(
                Consumer.Kind.SESSION, "1", "the primary", "app", "web/1.5.0", "10.0.0.1", NOW.minusSeconds(51));
        assertThat(testimony(seen, before)).isEmpty();
        assertThat(EvidenceMerge.merge(seen, List.of(SPEC), new Consumers.NotAsked()))
                .isEqualTo(seen);
    }

    @Test
    void sessionsAreTheStrongestEvidence() {
        WorkloadSpec strict = spec(BY_NAME, EvidenceRank.SESSIONS);

        assertThat(judged(strict, GOOD, session("web/1.5.0", "10.0.0.1"))).isInstanceOf(Verdict.Open.class);
        assertThat(codes(judged(strict, GOOD, session("web/1.5.0", "10.9.9.9"))))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
    }

    // G26: consumers that nobody listed

    @Test
    @Fact("G26")
    void whatNoWorkloadExplainsIsFoundAndHoldsOnlyWhereThePlanAsks() {
        Consumer[] some = {
            session("web/1.5.0", "10.9.9.9"),
            session("psql", "10.0.0.1"),
            session("psql", "10.9.9.9"),
            session("exporter", "10.9.9.9"),
            new Consumer(Consumer.Kind.LOGICAL_SLOT, "cdc", "the primary", "", "", "", NOW),
            new Consumer(Consumer.Kind.PREPARED_TRANSACTION, "tx", "the primary", "owner", "", "", NOW)
        };
        Census warns = census(new ConsumerRules(false, List.of(name("exporter"))), some);
        Census holds = census(new ConsumerRules(true, List.of(name("exporter"))), some);

        assertThat(warns.unlisted(List.of(SPEC), List.of(GOOD)))
                .extracting(Alike::described)
                .containsExactly(
                        "logical replication slot cdc",
                        "prepared transaction tx of role owner",
                        "sessions psql of role app from 10.9.9.9 on the primary");
        assertThat(judged(SPEC, GOOD, warns)).isInstanceOf(Verdict.Open.class);
        assertThat(codes(judged(SPEC, GOOD, holds)))
                .containsExactly(Code.UNLISTED_CONSUMER, Code.UNLISTED_CONSUMER, Code.UNLISTED_CONSUMER);
    }

    /** A pod that is gone explains nothing: its address may be another's by now. */
    @Test
    void addressOfAPodThatIsGoneExplainsNothing() {
        PodObservation gone =
                new PodObservation("a", "a", "x", Condition.GONE, NOW, NOW, List.of(), List.of(), "", "10.0.0.1");

        assertThat(census(hold(), session("psql", "10.0.0.1"))
                        .unlisted(List.of(SPEC), List.of(rolledOut("1.5.0", gone))))
                .hasSize(1);
    }

    private static List<String> testimony(List<WorkloadObservation> seen, Consumer... consumers) {
        return EvidenceMerge.merge(seen, List.of(SPEC), new Consumers.Seen(List.of(consumers), List.of(), NOW)).stream()
                .flatMap(each -> ((WorkloadObservation.Seen) each).pods().stream())
                .flatMap(pod -> pod.evidence().stream()
                        .filter(each -> each.source() == Source.SESSIONS)
                        .map(each -> pod.name() + " " + each.reported()))
                .toList();
    }

    private static Verdict judged(WorkloadSpec spec, WorkloadObservation seen, Consumer... consumers) {
        return judged(spec, seen, census(ConsumerRules.standard(), consumers));
    }

    private static Verdict judged(WorkloadSpec spec, WorkloadObservation seen, Census census) {
        return gate().judge(
                        Milestone.NEW_ONLY,
                        Set.of(),
                        List.of(spec),
                        EvidenceMerge.merge(List.of(seen), List.of(spec), census.consumers()),
                        census,
                        GateKind.DEPLOY);
    }

    private static Census census(ConsumerRules rules, Consumer... consumers) {
        return new Census(new Consumers.Seen(List.of(consumers), List.of(), NOW), rules);
    }

    private static ConsumerRules hold() {
        return new ConsumerRules(true, List.of());
    }

    private static Consumer session(String name, String address) {
        return new Consumer(Consumer.Kind.SESSION, "4711", "the primary", "app", name, address, NOW);
    }

    private static SessionSpec name(String pattern) {
        return new SessionSpec(Optional.of(new SessionPattern(pattern)), Optional.empty());
    }

    private static WorkloadSpec spec(SessionSpec sessions, EvidenceRank minimum) {
        return Seen.spec(
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                new EvidenceSpec(
                        Optional.empty(),
                        EvidenceSpec.DEFAULT_LABEL,
                        Optional.empty(),
                        1,
                        false,
                        Optional.of(sessions),
                        Optional.of(new Minimum(minimum, minimum))));
    }

    private static PodObservation pod(String name, String address, Evidence... evidence) {
        Instant started = NOW.minusSeconds(50);
        return new PodObservation(
                name,
                name,
                WEB.value(),
                Condition.RUNNING,
                started,
                started,
                List.of(evidence),
                List.of(),
                "",
                address);
    }
}
