package dev.lockstep.ui;

import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.BlockingView.OwnStep;
import dev.lockstep.engine.LockMonitor.Kind;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.engine.LockMonitor.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody who waits for a lock or has one, with those who wait behind.
 *
 * @param name session and process, or what else it is
 * @param application what it calls itself; empty where that says nothing more
 * @param wants what it waits for and who has it, as a sentence; empty at a root
 * @param facts role, state and ages, in one line
 * @param step which step of which plan it is, if it is Lockstep's own
 * @param query its statement without literals; empty where there is none
 * @param remedy what a person can do; empty for who only waits
 */
public record LockCard(
        String name,
        String application,
        Badge badge,
        Optional<String> wants,
        String facts,
        Optional<StepLink> step,
        String query,
        Optional<Remedy> remedy,
        List<LockCard> waiters) {
    public LockCard {
        waiters = List.copyOf(waiters);
    }

    /** A step of a plan, with where it is. */
    public record StepLink(String title, String plan, String path) {
        static StepLink of(OwnStep step) {
            return new StepLink(
                    step.title(),
                    step.plan().toString(),
                    "/plans/" + step.plan().namespace() + "/" + step.plan().name() + "#step-" + step.step());
        }
    }

    /** What a person can do, and the SQL for it, if it takes any. */
    public record Remedy(String sentence, List<String> sql) {
        public Remedy {
            sql = List.copyOf(sql);
        }
    }

    static LockCard of(Knot root, Map<String, OwnStep> own) {
        return of(root, Optional.empty(), own);
    }

    private static LockCard of(Knot knot, Optional<Session> above, Map<String, OwnStep> own) {
        Session session = knot.session();
        Optional<StepLink> step = Optional.ofNullable(own.get(session.id())).map(StepLink::of);
        boolean root = knot.has().isEmpty();
        return new LockCard(
                name(session),
                step.isPresent() || session.kind() == Kind.PREPARED ? "" : session.application(),
                badge(knot, root),
                session.waits().map(wait -> wants(wait, knot, above)),
                facts(session),
                step,
                session.query(),
                root ? Optional.of(remedy(knot)) : Optional.empty(),
                knot.waiters().stream()
                        .map(waiter -> of(waiter, Optional.of(session), own))
                        .toList());
    }

    /** The name with what it calls itself, for a sentence. */
    static String fullName(Session session) {
        return session.kind() == Kind.SESSION && !session.application().isEmpty()
                ? name(session) + " (" + session.application() + ")"
                : name(session);
    }

    static String name(Session session) {
        return switch (session.kind()) {
            case SESSION -> "session " + session.pid();
            case LOCKSTEP -> "Lockstep, session " + session.pid();
            case PATIENT_STEP -> "Lockstep, outside the queue";
            case AUTOVACUUM -> "autovacuum " + session.pid();
            case WRAPAROUND_VACUUM -> "vacuum against wraparound " + session.pid();
            case SERVER_WORKER -> "server process " + session.pid();
            case WALSENDER -> "walsender " + session.pid();
            case PREPARED -> "prepared transaction '" + session.application() + "'";
        };
    }

    private static Badge badge(Knot knot, boolean root) {
        if (knot.circle()) {
            return new Badge("Deadlock", Badge.Tone.BAD, "failed");
        }
        if (root) {
            return new Badge(
                    knot.behind() == 0 ? "Waits" : "Holds up " + Count.of(knot.behind()), Badge.Tone.BAD, "lock");
        }
        String age = knot.session().waits().flatMap(Wait::age).map(Span::words).orElse("");
        return knot.session().kind() == Kind.PATIENT_STEP
                ? new Badge("Nobody waits behind it", Badge.Tone.ACTIVE, "waiting")
                : new Badge(age.isEmpty() ? "Waits" : "Waits " + age, Badge.Tone.HELD, "ending");
    }

    private static String wants(Wait wait, Knot knot, Optional<Session> above) {
        String also = knot.also().isEmpty()
                ? ""
                : " It also waits for "
                        + String.join(
                                ", ", knot.also().stream().map(LockCard::name).toList())
                        + ".";
        return "Wants " + LockWords.of(wait.wants())
                + knot.has()
                        .map(grip -> "; " + above.map(LockCard::name).orElse("the one above") + " has "
                                + LockWords.of(grip.what()))
                        .orElse("")
                + "." + also;
    }

    private static String facts(Session session) {
        List<String> facts = new ArrayList<>();
        if (!session.user().isEmpty()) {
            facts.add("role " + session.user());
        }
        if (!session.state().isEmpty()) {
            facts.add(session.state() + session.queryAge().map(LockCard::forAge).orElse(""));
        }
        session.transactionAge().ifPresent(age -> facts.add("transaction open" + forAge(age)));
        return String.join(" · ", facts);
    }

    private static String forAge(Duration age) {
        return " for " + Span.words(age);
    }

    private static Remedy remedy(Knot knot) {
        Session session = knot.session();
        if (knot.circle()) {
            return said(
                    "They wait for each other. The server sees it within its deadlock_timeout and ends one of them.");
        }
        return switch (session.kind()) {
            case SESSION -> remedy(session);
            case LOCKSTEP ->
                said(
                        "It is a step of Lockstep's own, and lets go within its lock budget; suspend its plan to stop it.");
            case PATIENT_STEP -> said("Wait: it goes on by itself.");
            case AUTOVACUUM -> said("Wait: it yields by itself to who queues for a second.");
            case WRAPAROUND_VACUUM ->
                said("Leave it alone, and let it end: without it the database stops taking writes one day.");
            case SERVER_WORKER ->
                said("Most likely a vacuum; wait for it. GRANT pg_read_all_stats to Lockstep's role shows what it is.");
            case WALSENDER -> said("It feeds a replica or the first copy of a subscription. Let it end.");
            case PREPARED ->
                new Remedy(
                        "Have its coordinator end it. If there is none any more, end it one way or the other:",
                        List.of(
                                "COMMIT PREPARED " + literal(session.application()),
                                "ROLLBACK PREPARED " + literal(session.application())));
        };
    }

    private static Remedy remedy(Session session) {
        String who = session.application().isEmpty() ? "the application" : session.application();
        return session.state().startsWith("idle in transaction")
                ? new Remedy(
                        "It does nothing, and keeps its transaction open: have " + who
                                + " end it. If that cannot be, end its connection; what it has not committed is lost:",
                        List.of("SELECT pg_terminate_backend(" + session.pid() + ")"))
                : new Remedy(
                        "Wait for its transaction to end. If that cannot be, cancel its statement; what it has not"
                                + " committed is lost:",
                        List.of("SELECT pg_cancel_backend(" + session.pid() + ")"));
    }

    private static Remedy said(String sentence) {
        return new Remedy(sentence, List.of());
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
