package dev.lockstep.demo;

import dev.lockstep.demo.RequestMeter.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The requests of all pods, those that are gone included. For all threads. */
final class Traffic {
    private final Map<String, Member> pods = new LinkedHashMap<>();
    private volatile String phase = "before";

    private record Member(String version, RequestMeter meter, boolean running) {}

    /** One pod's counters. */
    record PodTraffic(
            String name,
            String version,
            boolean running,
            long requests,
            long failed,
            String firstError,
            double p50Millis,
            double p99Millis,
            double longestMillis) {
        private static PodTraffic of(String name, Member member, Reading reading) {
            return new PodTraffic(
                    name,
                    member.version(),
                    member.running(),
                    reading.requests(),
                    reading.failed(),
                    reading.firstError(),
                    reading.p50(),
                    reading.p99(),
                    longest(reading.longestByPhase()));
        }
    }

    /**
     * All of them.
     *
     * @param firstError empty when there was none
     * @param longestMillisByPhase the longest request that ended while the plan was in that phase
     */
    record Totals(
            String phase,
            long requests,
            long failed,
            String firstError,
            double longestMillis,
            Map<String, Double> longestMillisByPhase,
            List<PodTraffic> pods) {}

    /** A meter for a pod that starts. */
    synchronized RequestMeter join(String pod, String version) {
        RequestMeter meter = new RequestMeter();
        pods.put(pod, new Member(version, meter, true));
        return meter;
    }

    /** The pod has ended; its counts stay. */
    synchronized void leave(String pod) {
        pods.computeIfPresent(pod, (_, member) -> new Member(member.version(), member.meter(), false));
    }

    /** The phase that the plan is in, to which requests that end from now on are booked. */
    void enter(String name) {
        phase = name;
    }

    String phase() {
        return phase;
    }

    synchronized Totals read() {
        List<PodTraffic> all = new ArrayList<>();
        Map<String, Double> byPhase = new TreeMap<>();
        pods.forEach((pod, member) -> {
            Reading reading = member.meter().read();
            all.add(PodTraffic.of(pod, member, reading));
            reading.longestByPhase().forEach((name, millis) -> byPhase.merge(name, millis, Math::max));
        });
        return new Totals(
                phase,
                all.stream().mapToLong(PodTraffic::requests).sum(),
                all.stream().mapToLong(PodTraffic::failed).sum(),
                all.stream()
                        .map(PodTraffic::firstError)
                        .filter(error -> !error.isEmpty())
                        .findFirst()
                        .orElse(""),
                longest(byPhase),
                byPhase,
                all);
    }

    private static double longest(Map<String, Double> byPhase) {
        return byPhase.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
