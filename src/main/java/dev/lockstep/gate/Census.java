package dev.lockstep.gate;

import dev.lockstep.plan.ConsumerRules;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What uses the database, held against what the plan knows of. Pure.
 *
 * @param consumers what was seen
 * @param rules what the plan says about those that nobody listed
 */
public record Census(Consumers consumers, ConsumerRules rules) {
    /** For a plan that goes by its workloads alone. */
    public static Census none() {
        return new Census(new Consumers.NotAsked(), ConsumerRules.standard());
    }

    /** Consumers that look the same: a pool's connections come and go, and are one thing to a person. */
    public record Alike(
            Consumer.Kind kind, String server, String role, String applicationName, String address, List<String> ids) {
        public Alike {
            ids = List.copyOf(ids);
        }

        /** For people, the same however many there are: {@code sessions reports of role bi from 10.0.0.7 on the primary}. */
        public String described() {
            return switch (kind) {
                case SESSION ->
                    "sessions " + (applicationName.isEmpty() ? "without a name" : applicationName) + " of role " + role
                            + (address.isEmpty() ? "" : " from " + address) + " on " + server;
                case PREPARED_TRANSACTION, LOGICAL_SLOT, SUBSCRIPTION, SCHEDULED_JOB ->
                    kind.label() + " " + String.join(", ", ids) + (role.isEmpty() ? "" : " of role " + role);
            };
        }

        private static Alike of(List<Consumer> same) {
            Consumer one = same.getFirst();
            return new Alike(
                    one.kind(),
                    one.server(),
                    one.role(),
                    one.applicationName(),
                    one.address(),
                    same.stream().map(Consumer::id).sorted().toList());
        }
    }

    /** G26: what no workload explains, whether by its name, its role or the address of one of its pods. */
    public List<Alike> unlisted(List<WorkloadSpec> workloads, List<WorkloadObservation> observations) {
        Set<String> addresses = observations.stream()
                .flatMap(Census::pods)
                .map(PodObservation::address)
                .filter(address -> !address.isEmpty())
                .collect(Collectors.toSet());
        List<SessionSpec> known = Stream.concat(
                        workloads.stream().flatMap(spec -> spec.evidence().sessions().stream()), rules.known().stream())
                .toList();
        return alike(seen().filter(consumer ->
                !addresses.contains(consumer.address()) && known.stream().noneMatch(spec -> matches(spec, consumer))));
    }

    /** The consumers that are the workload's by the plan's word. */
    List<Alike> of(SessionSpec spec) {
        return alike(seen().filter(consumer -> matches(spec, consumer)));
    }

    /** Each that was seen, unless nobody asked or it could not be seen. */
    private Stream<Consumer> seen() {
        return switch (consumers) {
            case Consumers.Seen(var all, var _, var _) -> all.stream();
            case Consumers.NotAsked _, Consumers.Unseen _ -> Stream.empty();
        };
    }

    static boolean matches(SessionSpec spec, Consumer consumer) {
        return spec.matches(consumer.role(), consumer.applicationName());
    }

    static Stream<PodObservation> pods(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Seen seen ->
                seen.pods().stream().filter(pod -> pod.condition() != PodObservation.Condition.GONE);
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _, WorkloadObservation.Attested _ ->
                Stream.empty();
        };
    }

    /** In an order that does not depend on which connection came first. */
    private static List<Alike> alike(Stream<Consumer> some) {
        return some
                .collect(Collectors.groupingBy(each -> List.of(
                        each.kind().label(), each.server(), each.role(), each.applicationName(), each.address())))
                .values()
                .stream()
                .map(Alike::of)
                .sorted(Comparator.comparing(Alike::described))
                .toList();
    }
}
