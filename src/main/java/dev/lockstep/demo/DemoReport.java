package dev.lockstep.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.demo.TrafficCheck.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of an unattended demo, in lines for a person and one word for a script. For all threads. */
final class DemoReport {
    /** What the issue allows between the last old pod's end and the gate's opening, beyond the stability window. */
    private static final long GATE_WITHIN_MILLIS = 1_000;

    private static final String LINE = "  %-12s %9s %9s %10s %12s %16s%n";

    private final List<String> lines = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private Map<String, Double> longestByPhase = Map.of();
    private JsonNode plan = com.fasterxml.jackson.databind.node.MissingNode.getInstance();

    synchronized void problem(String what) {
        problems.add(what);
    }

    synchronized boolean isGood() {
        return problems.isEmpty();
    }

    synchronized void namedBlockers(Collection<String> pods) {
        line("held by", String.join(", ", pods));
    }

    synchronized void plan(JsonNode end) {
        plan = end;
        String state = end.path("state").asText();
        require(
                state.equals("Succeeded"),
                "the plan ended as " + state + ": "
                        + end.path("fault").path("message").asText());
    }

    synchronized void traffic(Traffic.Totals totals) {
        longestByPhase = totals.longestMillisByPhase();
        line(
                "requests",
                String.format(
                        Locale.ROOT,
                        "%,d by %d pods",
                        totals.requests(),
                        totals.pods().size()));
        line("failed requests", Long.toString(totals.failed()));
        line("longest request", String.format(Locale.ROOT, "%.0f ms", totals.longestMillis()));
        require(totals.requests() > 0, "the pods served nothing");
        require(totals.failed() == 0, totals.failed() + " requests failed; the first: " + totals.firstError());
    }

    synchronized void writes(Finding finding) {
        line(
                "lost writes",
                "%d of %,d rows that were written".formatted(finding.lost().size(), finding.compared()));
        require(finding.compared() > 0, "no acknowledged write was compared");
        require(
                finding.lost().isEmpty(),
                "writes were lost: " + finding.lost().stream().limit(3).toList());
    }

    synchronized void checksum(String before, String after) {
        line("checksum", before.equals(after) ? "equal (" + after + ")" : "DIFFERENT");
        require(before.equals(after), "rows that nobody wrote have changed: checksum " + before + " became " + after);
    }

    synchronized void columns(List<String> columns) {
        require(columns.equals(List.of("full_name")), "users should have full_name alone, and has " + columns);
    }

    synchronized void leftovers(List<String> found) {
        line("left behind", found.isEmpty() ? "nothing but the ledger" : String.join(", ", found));
        require(found.isEmpty(), "the plan left something behind: " + found);
    }

    /** How soon after the last old pod the gate opened. */
    synchronized void gate(JsonNode end, Instant lastOldPodGone) {
        for (JsonNode phase : end.path("phases")) {
            String opened = phase.path("gateOpenedAt").asText();
            if (phase.path("type").asText().equals("Deploy") && !opened.isEmpty()) {
                Duration stable = Duration.ofSeconds(
                        end.path("spec").path("minStableSeconds").asLong());
                long late = Duration.between(lastOldPodGone.plus(stable), Instant.parse(opened))
                        .toMillis();
                line(
                        "gate opened",
                        late + " ms after the last old pod's end and " + stable.toSeconds() + " s of stability");
                require(late < GATE_WITHIN_MILLIS, "the gate opened " + late + " ms late");
                require(late > -1_000, "the gate opened " + -late + " ms too early");
            }
        }
    }

    /** All of it. */
    synchronized String print() {
        StringBuilder text = new StringBuilder("\nLockstep's demo: ")
                .append(problems.isEmpty() ? "as it should be" : "NOT as it should be")
                .append("\n\n");
        text.append(String.format(Locale.ROOT, LINE, "phase", "held", "at work", "rows", "rows/s", "longest stall"));
        String before = "";
        for (JsonNode phase : plan.path("phases")) {
            text.append(phase(phase, before));
            before = phase.path("finishedAt").asText();
        }
        text.append('\n');
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
        problems.forEach(problem -> text.append("  PROBLEM: ").append(problem).append('\n'));
        return text.toString();
    }

    /** A phase begins when its gate has opened; until then it was held, since the end of the one before. */
    private String phase(JsonNode phase, String endOfTheOneBefore) {
        String name = phase.path("name").asText();
        long rows = 0;
        long milliseconds = 0;
        for (JsonNode step : phase.path("steps")) {
            if (step.path("summary").path("rows").asLong() > 0) {
                rows += step.path("summary").path("rows").asLong();
                milliseconds += step.path("summary").path("milliseconds").asLong();
            }
        }
        return String.format(
                Locale.ROOT,
                LINE,
                name,
                seconds(endOfTheOneBefore, phase.path("startedAt").asText()),
                seconds(
                        phase.path("startedAt").asText(),
                        phase.path("finishedAt").asText()),
                rows == 0 ? "" : String.format(Locale.ROOT, "%,d", rows),
                milliseconds == 0 ? "" : String.format(Locale.ROOT, "%,d", rows * 1000 / milliseconds),
                longestByPhase.containsKey(name)
                        ? String.format(Locale.ROOT, "%.0f ms", longestByPhase.get(name))
                        : "");
    }

    private static String seconds(String from, String to) {
        if (from.isEmpty() || to.isEmpty()) {
            return "";
        }
        long milliseconds =
                Duration.between(Instant.parse(from), Instant.parse(to)).toMillis();
        return String.format(Locale.ROOT, "%.1f s", milliseconds / 1000.0);
    }

    private void line(String what, String is) {
        lines.add(String.format(Locale.ROOT, "%-18s %s", what, is));
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            problems.add(otherwise);
        }
    }
}
