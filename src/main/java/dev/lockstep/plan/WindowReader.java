package dev.lockstep.plan;

import dev.lockstep.plan.Window.WhenClosed;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads when phases may run, for the whole plan at its top or within a phase that is written out. */
final class WindowReader {
    /** What a plan means that names no time zone. */
    static final ZoneId STANDARD_ZONE = ZoneId.of("UTC");

    static final String TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    private static final Pattern TIME_OF_DAY = Pattern.compile(TIME);

    private final Findings.Distinct names;
    private final List<Window> read = new ArrayList<>();

    /** @param findings of the document that is being read */
    WindowReader(Findings findings) {
        this.names = findings.new Distinct();
    }

    /** The windows at the plan's top, behind those that were read before. */
    Windows all(Fields spec, Optional<WorkReader.Declared> work) {
        spec.optional("windows", node -> node.list(one -> one.object(fields -> window(fields, phases(fields, work)))));
        return new Windows(read);
    }

    /** The windows of one phase that is written out. */
    Optional<List<Window>> ofPhase(Node node, Optional<PhaseName> phase) {
        return node.list(
                one -> one.object(fields -> window(fields, phase.stream().toList())));
    }

    private static List<PhaseName> phases(Fields fields, Optional<WorkReader.Declared> work) {
        Findings.Distinct distinct = fields.findings().new Distinct();
        return fields.or(
                "phases",
                List.of(),
                node -> node.someOf(one -> {
                    Optional<PhaseName> phase = one.parsed(PhaseName::new);
                    phase.ifPresent(name -> distinct.claim(name, one.path()));
                    phase.ifPresent(name -> work.ifPresent(declared -> declared.refuseUnknown(name, one)));
                    return phase;
                }));
    }

    private Optional<Window> window(Fields fields, List<PhaseName> phases) {
        Optional<String> name = fields.required("name", WindowReader::name);
        ChangeReader.claimName(fields, names, "");
        List<DayOfWeek> days = fields.or("days", Window.EVERY_DAY, WindowReader::days);
        Optional<LocalTime> from = fields.required("from", WindowReader::time);
        Optional<LocalTime> to = fields.required("to", WindowReader::time);
        ZoneId zone = fields.or("timeZone", STANDARD_ZONE, WindowReader::zone);
        Optional<WhenClosed> whenClosed = fields.optional(
                "whenClosed",
                node -> node.oneOf(PlanReader.choices(Stream.of(WhenClosed.values()), WhenClosed::label)));
        Optional<Window> window = fields.whole(() ->
                new Window(name.orElseThrow(), phases, days, from.orElseThrow(), to.orElseThrow(), zone, whenClosed));
        window.ifPresent(known -> agree(known, fields));
        return window;
    }

    /** G44 asks for one rule for each phase, and two windows with two would leave it to chance. */
    private void agree(Window window, Fields fields) {
        read.stream()
                .filter(other -> other.meets(window)
                        && other.whenClosed().isPresent()
                        && window.whenClosed().isPresent()
                        && !other.whenClosed().equals(window.whenClosed()))
                .findFirst()
                .ifPresent(other -> fields.findings()
                        .addBeside(
                                fields.path("whenClosed"),
                                "Differs from that of window " + other.name()
                                        + ", which is for the same phase; a phase has one rule for when its windows"
                                        + " close. Give both the same, or leave it out in one of them."));
        read.add(window);
    }

    private static Optional<String> name(Node node) {
        return node.parsed(text -> {
            Names.requireDnsLabel("window name", text);
            return text;
        });
    }

    private static Optional<List<DayOfWeek>> days(Node node) {
        Findings.Distinct distinct = node.findings().new Distinct();
        return node.someOf(one -> {
            Optional<DayOfWeek> day = one.oneOf(PlanReader.choices(Stream.of(DayOfWeek.values()), WindowReader::label));
            day.ifPresent(known -> distinct.claim(label(known), one.path()));
            return day;
        });
    }

    /** The spelling of a day in plans. */
    static String label(DayOfWeek day) {
        return day.getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static Optional<LocalTime> time(Node node) {
        Optional<String> text = node.text();
        if (text.isPresent() && !TIME_OF_DAY.matcher(text.orElseThrow()).matches()) {
            return node.refuse("Must be a time of day from \"00:00\" to \"23:59\", and is \""
                    + Node.quoted(text.orElseThrow()) + "\". Midnight is \"00:00\".");
        }
        return text.map(LocalTime::parse);
    }

    private static Optional<ZoneId> zone(Node node) {
        Optional<String> text = node.text();
        if (text.isPresent() && !ZoneId.getAvailableZoneIds().contains(text.orElseThrow())) {
            return node.refuse("\"" + Node.quoted(text.orElseThrow())
                    + "\" is no time zone that is known here; give a name of the IANA database, such as Europe/Berlin or"
                    + " UTC."
                    + Spelling.nearest(text.orElseThrow(), ZoneId.getAvailableZoneIds())
                            .map(meant -> " Did you mean \"" + meant + "\"?")
                            .orElse(""));
        }
        return text.map(ZoneId::of);
    }

    static Map<String, Object> tree(Window window) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", window.name());
        PlanTree.put(
                tree,
                "phases",
                Optional.of(window.phases().stream().map(PhaseName::value).toList())
                        .filter(phases -> !phases.isEmpty()));
        tree.put("days", window.days().stream().map(WindowReader::label).toList());
        tree.put("from", window.from().toString());
        tree.put("to", window.to().toString());
        tree.put("timeZone", window.zone().getId());
        PlanTree.put(tree, "whenClosed", window.whenClosed().map(WhenClosed::label));
        return tree;
    }
}
