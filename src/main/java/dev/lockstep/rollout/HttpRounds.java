package dev.lockstep.rollout;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.gate.WorkloadObservation.Seen;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import dev.lockstep.rollout.HttpEvidence.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks all pods of a workload at once, and remembers their answers for a moment. Thread-safe. */
final class HttpRounds implements AutoCloseable {
    private final HttpEvidence http;
    private final InstantSource clock;
    private final Duration usableFor;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Question, Remembered> remembered = new ConcurrentHashMap<>();

    /** What was asked of whom: another process under the same UID is asked anew (G3). */
    private record Question(String podUid, Instant processStartedAt, String podIp, HttpProbe probe) {}

    private record Remembered(Answer answer, Instant at) {}

    HttpRounds(InstantSource clock, Duration usableFor) {
        this.http = new HttpEvidence(clock);
        this.clock = clock;
        this.usableFor = usableFor;
    }

    /** The same observation, with what the pods answered. Blocks for no longer than the probe's timeout. */
    Seen ask(Seen seen, Map<String, String> addresses, HttpProbe probe, Freshness freshness) {
        Instant now = clock.instant();
        remembered.values().removeIf(each -> each.at().plus(usableFor).isBefore(now));
        List<Callable<PodObservation>> questions = seen.pods().stream()
                .<Callable<PodObservation>>map(
                        pod -> () -> ask(pod, Optional.ofNullable(addresses.get(pod.uid())), probe, freshness))
                .toList();
        try {
            List<PodObservation> pods = new ArrayList<>();
            for (Future<PodObservation> answer : threads.invokeAll(questions)) {
                pods.add(answer.get());
            }
            return seen.with(pods);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return seen;
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking the pods of " + seen.name() + " failed", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        http.close();
    }

    private PodObservation ask(PodObservation pod, Optional<String> address, HttpProbe probe, Freshness freshness)
            throws InterruptedException {
        if (!mayAnswer(pod.condition())) {
            return pod;
        }
        if (address.isEmpty()) {
            return with(pod, new Answer.None("It has no address yet to ask for its version."));
        }
        Question question = new Question(pod.uid(), pod.processStartedAt(), address.get(), probe);
        Optional<Answer> known = switch (freshness) {
            case LIVE -> Optional.empty();
            case WATCHED -> Optional.ofNullable(remembered.get(question)).map(Remembered::answer);
        };
        if (known.isPresent()) {
            return with(pod, known.get());
        }
        Instant at = clock.instant();
        Answer answer = http.ask(address.get(), probe);
        remembered.put(question, new Remembered(answer, at));
        return with(pod, answer);
    }

    /** A pod that is asked to end and still answers gives evidence too (G12). */
    private static boolean mayAnswer(Condition condition) {
        return switch (condition) {
            case RUNNING, NOT_READY, TERMINATING -> true;
            case PENDING, UNREACHABLE, GONE -> false;
        };
    }

    private static PodObservation with(PodObservation pod, Answer answer) {
        return switch (answer) {
            case Answer.Said(List<Evidence> evidence) -> pod.with(evidence, List.of());
            case Answer.None(String reason) -> pod.with(List.of(), List.of(reason));
        };
    }
}
