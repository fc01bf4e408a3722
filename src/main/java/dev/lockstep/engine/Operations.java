package dev.lockstep.engine;

import dev.lockstep.change.Compiler;
import dev.lockstep.engine.Explainer.Examination;
import dev.lockstep.engine.Runs.Begun.TableTaken;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Floor;
import dev.lockstep.gate.Interlock;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.lifecycle.Transition;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Reading;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What people and machines can ask for, whichever edge they come through. Blocks; call it on a virtual or worker thread.
 * What cannot be done is a {@link LockstepException} with a sentence that says what to do instead.
 *
 * <p>Commands are idempotent by nature: asking again for what is so already changes nothing and succeeds.
 */
public final class Operations {
    /** Whoever answers for something for longer has most likely forgotten it. */
    static final Duration LONGEST_WORD = Duration.ofDays(90);

    private final Plans plans;
    private final Runs runs;
    private final Views views;
    private final Explainer explainer;
    private final Rescheduling rescheduling;
    private final InstantSource clock;
    private final ApprovalRules rules;

    public Operations(
            Plans plans, Runs runs, Views views, Explainer explainer, InstantSource clock, ApprovalRules rules) {
        this.plans = plans;
        this.runs = runs;
        this.views = views;
        this.explainer = explainer;
        this.rescheduling = new Rescheduling(plans, runs, views, explainer, clock);
        this.clock = clock;
        this.rules = rules;
    }

    /**
     * The plan that was read.
     *
     * @throws LockstepException PLAN_INVALID when it is none, with what is wrong in the document and, as far as it can be
     *     understood, what does not fit the database and the cluster, all at once
     */
    public PlanDocument accepted(Reading reading) {
        return switch (reading) {
            case Reading.Accepted(PlanDocument document) -> document;
            case Reading.Rejected(List<Violation> violations, Optional<PlanDocument> rest) -> {
                List<Violation> all = new ArrayList<>(violations);
                if (rest.map(explainer::examine).orElse(null) instanceof Examination.Violates(List<Violation> more)) {
                    all.addAll(more);
                }
                throw LockstepException.invalidPlan(all);
            }
        };
    }

    /** What this plan would do now. Stores nothing. */
    public Explanation explain(PlanDocument document) {
        return switch (explainer.examine(document)) {
            case Examination.Fits(Explanation explanation) -> explanation;
            case Examination.Violates(List<Violation> violations) -> throw LockstepException.invalidPlan(violations);
            case Examination.Unreachable(String reason) ->
                throw new LockstepException(ErrorCode.DATABASE_UNREACHABLE, reason);
            case Examination.Taken(TableTaken by, Optional<Explanation> meanwhile) ->
                meanwhile.orElseThrow(() -> new LockstepException(
                        ErrorCode.TABLE_TAKEN,
                        taken(document, by) + " In the middle of that nobody can say what this one would do."));
        };
    }

    /**
     * Accepts a plan, or a new revision of one that is not in progress, or the same plan with other windows at any time: its
     * run keeps those from now on. A database that does not answer is no obstacle, nor is a run that is changing one of its
     * tables: what depends on the catalogue is checked when the run starts.
     *
     * @param expectedRevision the revision the caller has seen, 0 for none
     */
    public Plans.Saved put(PlanDocument document, Actor author, Optional<Integer> expectedRevision) {
        List<Violation> violations = rescheduling.violations(document);
        if (!violations.isEmpty()) {
            throw LockstepException.invalidPlan(violations);
        }
        Plans.Saved saved = plans.save(document, author.name(), expectedRevision, clock.instant());
        switch (saved) {
            case Plans.Saved.Rescheduled(StoredPlan plan) -> rescheduling.follow(plan, author);
            case Plans.Saved.Unchanged(StoredPlan plan) -> rescheduling.follow(plan, author);
            case Plans.Saved.Created _, Plans.Saved.Replaced _, Plans.Saved.InProgress _, Plans.Saved.Outdated _ -> {
                // No run goes by this spec.
            }
        }
        return saved;
    }

    /** Every plan, by namespace and name. */
    public List<PlanView> list() {
        return plans.all().stream().map(plan -> views.of(plan, false)).toList();
    }

    /** One plan with its newest run, and what its workloads run now. */
    public PlanView view(PlanKey key) {
        return views.of(plan(key), true);
    }

    /** One plan with its newest run, without a look at the cluster: for those who look often. */
    public PlanView glance(PlanKey key) {
        return views.of(plan(key), false);
    }

    /** The journal of the plan's newest run, from behind this sequence number. */
    public List<JournalEntry> journal(PlanKey key, long after) {
        return plan(key).newestRun().map(run -> runs.journal(run, after)).orElseGet(List::of);
    }

    /** Removes a plan that is not in progress. */
    public void delete(PlanKey key) {
        switch (plans.delete(key)) {
            case DELETED -> {
                // Done.
            }
            case NOT_FOUND -> throw noPlan(key);
            case IN_PROGRESS ->
                throw new LockstepException(
                        ErrorCode.PLAN_IN_PROGRESS,
                        "Plan " + key
                                + " has a run that is not over, and deleting it would leave half of a change in the"
                                + " database. Let it finish, or roll it back (POST /api/v1/plans/" + key
                                + "/rollback) and delete it then.");
        }
    }

    /** Starts the plan's newest revision, unless that is under way or has succeeded already. */
    public PlanView start(PlanKey key, Actor actor) {
        return start(key, actor, () -> {});
    }

    /**
     * As {@link #start(PlanKey, Actor)}, for whoever has something to see to first.
     *
     * @param beforehand done when nothing is in the way of a start any more, and before it happens or is written down
     */
    public PlanView start(PlanKey key, Actor actor, Runnable beforehand) {
        StoredPlan plan = plan(key);
        if (plan.newestRun().map(views::run).filter(run -> settles(run, plan)).isPresent()) {
            return view(key);
        }
        switch (explainer.examine(plan.document())) {
            case Examination.Fits(Explanation explanation) -> {
                beforehand.run();
                begin(plan, explanation, actor);
            }
            case Examination.Violates(List<Violation> violations) -> throw LockstepException.invalidPlan(violations);
            case Examination.Taken(TableTaken by, var _) ->
                throw new LockstepException(ErrorCode.TABLE_TAKEN, taken(plan.document(), by));
            case Examination.Unreachable(String reason) -> {
                beforehand.run();
                if (plan.pendingStart().isEmpty()) {
                    plans.await(key, new PendingStart(actor.name(), reason, clock.instant()));
                }
            }
        }
        return view(key);
    }

    /** Tries the starts again that wait for their database. Each waits for itself: what is in one's way is no other's. */
    void startWaiting() {
        for (StoredPlan plan : plans.all()) {
            plan.pendingStart().ifPresent(start -> {
                PendingStart still = startAgain(plan, start).orElse(start);
                if (!still.equals(start)) {
                    plans.await(plan.document().key(), still);
                }
            });
        }
    }

    /** Why it still waits, as far as that is another reason than before may have been. */
    private Optional<PendingStart> startAgain(StoredPlan plan, PendingStart start) {
        try {
            return switch (explainer.examine(plan.document())) {
                case Examination.Fits(Explanation explanation) -> {
                    begin(plan, explanation, new Actor(start.actor(), false));
                    yield Optional.empty();
                }
                case Examination.Violates(List<Violation> violations) ->
                    Optional.of(start.because(
                            Blocker.Code.PLAN_DOES_NOT_FIT,
                            "The plan does not fit the database: "
                                    + violations.getFirst().path() + ": "
                                    + violations.getFirst().message()));
                case Examination.Unreachable(String reason) ->
                    Optional.of(start.because(Blocker.Code.DATABASE_UNREACHABLE, reason));
                case Examination.Taken(TableTaken by, var _) ->
                    Optional.of(start.because(Blocker.Code.ANOTHER_PLAN, taken(plan.document(), by)));
            };
        } catch (LockstepException e) {
            if (e.code() == ErrorCode.STORE_UNREACHABLE) {
                throw e;
            }
            return Optional.of(start.because(
                    e.code() == ErrorCode.TABLE_TAKEN ? Blocker.Code.ANOTHER_PLAN : Blocker.Code.DATABASE_UNREACHABLE,
                    e.getMessage()));
        }
    }

    private static boolean settles(RunView run, StoredPlan plan) {
        RunStatus status = run.state().status();
        return !status.over() || (status == RunStatus.SUCCEEDED && run.of(plan));
    }

    private void begin(StoredPlan plan, Explanation explanation, Actor actor) {
        PlanSpec spec = plan.document().spec();
        Map<PhaseName, Integer> approvals = spec.approvals().stream()
                .collect(Collectors.toMap(PlanSpec.Approval::phase, PlanSpec.Approval::count, Math::max));
        Script script =
                new Script(plan.digest(), explanation.phases(), approvals, spec.minStableSeconds(), spec.windows());
        StoredRun run = new StoredRun(
                new RunId(UUID.randomUUID()),
                plan.document(),
                plan.revision(),
                script,
                Compiler.tables(spec),
                clock.instant());
        switch (runs.begin(run, List.of(new Event.Started(actor.name())), clock.instant())) {
            case Runs.Begun.Begin _, Runs.Begun.AlreadyActive _ -> {
                // Started, now or by somebody else in this moment.
            }
            case TableTaken by -> throw new LockstepException(ErrorCode.TABLE_TAKEN, taken(plan.document(), by));
        }
    }

    private static String taken(PlanDocument document, TableTaken by) {
        return "Plan " + by.by() + " has been changing table " + by.table() + " of database "
                + document.spec().database() + " since " + by.since()
                + ", and only one plan at a time may. This one can begin when that one is over; GET /api/v1/plans/"
                + by.by() + " shows how far it is.";
    }

    /** Stops at the next safe point, until resumed. */
    public PlanView suspend(PlanKey key, Actor actor) {
        return command(key, RunState::suspended, state -> new Event.Suspended(actor.name()));
    }

    /** Goes on after a pause. */
    public PlanView resume(PlanKey key, Actor actor) {
        return command(key, state -> !state.suspended(), state -> new Event.Resumed(actor.name()));
    }

    /** From now on the run's backfills go at this speed, also after a restart and on another replica; nothing else changes. */
    public PlanView pace(PlanKey key, Speed speed, Actor actor) {
        return command(
                key,
                state -> state.pacing().map(Pacing::speed).filter(speed::equals).isPresent()
                        && !state.status().over(),
                _ -> new Event.Paced(speed, actor.name()));
    }

    /** Tries again what failed, or what waits for its next attempt. */
    public PlanView retry(PlanKey key, Actor actor) {
        return command(key, state -> false, state -> new Event.RetryRequested(actor.name()));
    }

    /** Stops at once and leaves everything as it is. */
    public PlanView abort(PlanKey key, Actor actor) {
        if (plan(key).pendingStart().isPresent()) {
            plans.forgetStart(key);
            return view(key);
        }
        return command(key, state -> state.status() == RunStatus.FAILED, state -> new Event.Aborted(actor.name()));
    }

    /** Takes back all that was done, as long as that is possible. */
    public PlanView rollback(PlanKey key, Actor actor) {
        return command(
                key,
                state -> state.status() == RunStatus.ROLLED_BACK || state.status() == RunStatus.ROLLING_BACK,
                state -> new Event.RollbackRequested(actor.name()));
    }

    /**
     * What a person says about a phase.
     *
     * @param digest of what they reviewed; it must be what runs (G43)
     */
    public PlanView decide(
            PlanKey key, PhaseName phase, Decision decision, String comment, Digest digest, Actor actor) {
        StoredPlan plan = plan(key);
        if (!actor.person()) {
            throw new LockstepException(
                    ErrorCode.NOT_ALLOWED,
                    actor.name() + " is a machine, and an approval is for people. Sign in as a person to decide.");
        }
        if (decision == Decision.APPROVE
                && !rules.authorMayApprove()
                && plan.author().equals(actor.name())) {
            throw new LockstepException(
                    ErrorCode.NOT_ALLOWED,
                    actor.name()
                            + " declared this plan, and somebody else has to approve it. An administrator can allow it"
                            + " with lockstep.approvals.allow-author=true.");
        }
        return switch (decision) {
            case APPROVE ->
                command(
                        key,
                        state -> state.script().digest().equals(digest)
                                && state.approvers(phase, clock.instant()).contains(actor.name()),
                        state -> new Event.Approved(phase, actor.name(), comment, digest));
            case REJECT ->
                command(key, state -> false, state -> {
                    requireSame(digest, state);
                    return new Event.Rejected(phase, actor.name(), comment);
                });
        };
    }

    /**
     * Keeps somebody's word for what an external consumer runs.
     *
     * @param expiresAt later than now, by {@link #LONGEST_WORD} at most
     */
    public PlanView attest(
            PlanKey key, WorkloadName workload, String version, Instant expiresAt, String comment, Actor actor) {
        requireExternal(plan(key), workload);
        Instant now = clock.instant();
        if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(LONGEST_WORD))) {
            throw new LockstepException(
                    ErrorCode.REQUEST_INVALID,
                    "An attestation must expire after now (" + now + ") and within " + LONGEST_WORD.toDays() + " days; "
                            + expiresAt + " does not.");
        }
        return command(key, _ -> false, _ -> new Event.Attested(workload, version, actor.name(), comment, expiresAt));
    }

    private static void requireExternal(StoredPlan plan, WorkloadName workload) {
        Runner runner = plan.document().spec().workloads().stream()
                .filter(spec -> spec.name().equals(workload))
                .findFirst()
                .map(WorkloadSpec::runner)
                .orElseThrow(() -> new LockstepException(
                        ErrorCode.REQUEST_INVALID,
                        "Plan " + plan.document().key() + " has no workload " + workload + "."));
        if (!(runner instanceof Runner.External)) {
            throw new LockstepException(
                    ErrorCode.REQUEST_INVALID,
                    "Workload " + workload + " is " + runner.object()
                            + ", and Lockstep looks at that itself; nobody's word takes the place of what it sees.");
        }
    }

    private static void requireSame(Digest digest, RunState state) {
        if (!state.script().digest().equals(digest)) {
            throw new LockstepException(
                    ErrorCode.DIGEST_MISMATCH,
                    "What was reviewed (digest " + digest + ") is not what is running (digest "
                            + state.script().digest() + "). Look at the plan as it is now and decide again.");
        }
    }

    /** Keeps what a pod says about itself, if the cluster vouches for its token. */
    public void report(Optional<Cluster.PodIdentity> identity, String version, Optional<String> capabilities) {
        Cluster.PodIdentity pod = identity.orElseThrow(() -> new LockstepException(
                ErrorCode.NOT_ALLOWED,
                "The cluster does not vouch for this token as a pod's. Send the projected service-account token of the pod,"
                        + " with the audience that Lockstep expects."));
        runs.keep(new PodReport(pod.podUid(), pod.namespace(), pod.podName(), version, capabilities, clock.instant()));
    }

    /** May this workload run this version against this database now? */
    public Permission mayDeploy(DatabaseName database, WorkloadName workload, String version) {
        List<LivePlan> live = plans.all().stream()
                .filter(plan -> plan.document().spec().database().equals(database))
                .flatMap(plan -> plan.newestRun().stream())
                .map(views::run)
                .flatMap(run -> LivePlans.of(run).stream())
                .toList();
        List<Floor> floors = runs.floors(database).stream()
                .flatMap(standing -> standing.floors().stream())
                .toList();
        return Interlock.may(live, floors, workload, version);
    }

    private PlanView command(PlanKey key, Predicate<RunState> alreadySo, Function<RunState, Event> event) {
        RunId run = plan(key)
                .newestRun()
                .orElseThrow(() -> new LockstepException(
                        ErrorCode.RUN_NOT_FOUND,
                        "Plan " + key + " has not been started. POST /api/v1/plans/" + key + "/start does that."));
        Journalist journalist = new Journalist(runs, views.stored(run), new Runs.Authority.Command(), clock);
        journalist.write(state -> {
            if (alreadySo.test(state)) {
                return List.of();
            }
            Event wanted = event.apply(state);
            if (Lifecycle.apply(state, wanted, clock.instant()) instanceof Transition.Refused(String reason)) {
                throw new LockstepException(refusal(wanted, state), sentence(reason));
            }
            return List.of(wanted);
        });
        return view(key);
    }

    private static ErrorCode refusal(Event wanted, RunState state) {
        return wanted instanceof Event.Approved approved
                        && !approved.digest().equals(state.script().digest())
                ? ErrorCode.DIGEST_MISMATCH
                : ErrorCode.ILLEGAL_TRANSITION;
    }

    private static String sentence(String reason) {
        return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ".";
    }

    private StoredPlan plan(PlanKey key) {
        return plans.find(key).orElseThrow(() -> noPlan(key));
    }

    private static LockstepException noPlan(PlanKey key) {
        return new LockstepException(
                ErrorCode.PLAN_NOT_FOUND,
                "There is no plan " + key + ". GET /api/v1/plans lists those there are; PUT /api/v1/plans/" + key
                        + " makes one.");
    }
}
