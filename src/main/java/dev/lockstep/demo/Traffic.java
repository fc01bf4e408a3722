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
    record PodReading(String pod, String version, boolean running, Reading reading) {}

    /** All of them. */
    record Totals(
            String phase,
            long requests,
            long failed,
            String firstError,
            Map<String, Double> longestByPhase,
            List<PodReading> pods) {}

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
        List<PodReading> readings = new ArrayList<>();
        pods.forEach((pod, member) -> readings.add(new PodReading(
                pod, member.version(), member.running(), member.meter().read())));
        Map<String, Double> longest = new TreeMap<>();
        readings.forEach(
                one -> one.reading().longestByPhase().forEach((name, ms) -> longest.merge(name, ms, Math::max)));
        return new Totals(
                phase,
                readings.stream().mapToLong(one -> one.reading().requests()).sum(),
                readings.stream().mapToLong(one -> one.reading().failed()).sum(),
                readings.stream()
                        .map(one -> one.reading().firstError())
                        .filter(error -> !error.isEmpty())
                        .findFirst()
                        .orElse(""),
                longest,
                readings);
    }
}
