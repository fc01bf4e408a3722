package dev.lockstep.benchmark;

import dev.lockstep.benchmark.TableShape.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is measured. Of shapes, the first is the one for which the goals are judged.
 *
 * @param repeats rounds, each with all methods, another one first each time
 * @param rates transactions of the foreground a second, for each a set of rounds; 0 is none
 * @param idleSeconds how long the foreground alone is looked at right before each run
 * @param extras whether the trigger's cost and that of being killed are measured as well
 * @param plot of one governed run
 */
record Settings(
        String version,
        List<TableShape> shapes,
        List<Method> methods,
        int repeats,
        List<Integer> rates,
        int idleSeconds,
        boolean extras,
        Plot plot) {
    private static final int MILLION = 1_000_000;

    /**
     * A governed run that is recorded and drawn.
     *
     * @param rates of the foreground, one for each equal part of the table; at least one
     */
    record Plot(Wanted wanted, int rows, List<Integer> rates) {
        /** Whether there is one. */
        enum Wanted {
            /** After all that is measured. */
            TOO,
            /** And nothing else. */
            ONLY,
            NO
        }

        private static Plot fromProperties() {
            Wanted wanted = switch (System.getProperty("benchmark.plot", "too")) {
                case "too" -> Wanted.TOO;
                case "only" -> Wanted.ONLY;
                case "no" -> Wanted.NO;
                case String other ->
                    throw new IllegalArgumentException("benchmark.plot is too, only or no, not \"" + other + "\"");
            };
            return new Plot(
                    wanted,
                    Integer.getInteger("benchmark.plot.rows", 6 * MILLION),
                    list("benchmark.plot.foreground", Integer::valueOf).orElse(List.of(200, 1_500, 200)));
        }
    }

    /** From system properties {@code benchmark.*}; what the README says about them is all that there is. */
    static Settings fromProperties() {
        boolean full = switch (System.getProperty("benchmark.preset", "quick")) {
            case "quick" -> false;
            case "full" -> true;
            case String other ->
                throw new IllegalArgumentException("benchmark.preset is quick or full, not \"" + other + "\"");
        };
        return new Settings(
                System.getProperty("benchmark.postgres", "16.15.0"),
                shapes(full),
                list("benchmark.methods", Settings::method).orElseGet(() -> full ? Method.all() : quick()),
                Integer.getInteger("benchmark.repeats", 3),
                list("benchmark.foreground", Integer::valueOf).orElse(List.of(0, 500)),
                full ? 30 : 10,
                Boolean.parseBoolean(System.getProperty("benchmark.extras", "true")),
                Plot.fromProperties());
    }

    private static List<Method> quick() {
        return Method.all().stream()
                .filter(method -> !method.equals(new Method.Keyset(10_000)) && !method.equals(Method.SYNCHRONOUS))
                .toList();
    }

    private static Method method(String id) {
        return Method.all().stream()
                .filter(method -> method.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("benchmark.methods: no method \"" + id + "\" among "
                        + Method.all().stream().map(Method::id).toList()));
    }

    /** Every combination of what was asked for; where nothing was, the usual one, and in {@code full} what differs by one. */
    private static List<TableShape> shapes(boolean full) {
        TableShape usual = new TableShape(full ? 5 * MILLION : MILLION, Width.WIDE, 100, 1);
        Optional<List<Integer>> rows = list("benchmark.rows", Integer::valueOf);
        Optional<List<Width>> widths = list("benchmark.widths", Settings::width);
        Optional<List<Integer>> fillfactors = list("benchmark.fillfactors", Integer::valueOf);
        Optional<List<Integer>> indexes = list("benchmark.indexes", Integer::valueOf);
        if (full && Stream.of(rows, widths, fillfactors, indexes).allMatch(Optional::isEmpty)) {
            return List.of(
                    usual,
                    new TableShape(MILLION, Width.WIDE, 100, 1),
                    new TableShape(10 * MILLION, Width.WIDE, 100, 1),
                    new TableShape(5 * MILLION, Width.NARROW, 100, 1),
                    new TableShape(5 * MILLION, Width.WIDE, 85, 1),
                    new TableShape(5 * MILLION, Width.WIDE, 100, 5));
        }
        List<TableShape> shapes = new ArrayList<>();
        for (int count : rows.orElse(List.of(usual.rows()))) {
            for (Width width : widths.orElse(List.of(usual.width()))) {
                for (int fillfactor : fillfactors.orElse(List.of(usual.fillfactor()))) {
                    for (int beside : indexes.orElse(List.of(usual.indexes()))) {
                        shapes.add(new TableShape(count, width, fillfactor, beside));
                    }
                }
            }
        }
        return List.copyOf(shapes);
    }

    private static Width width(String label) {
        return Stream.of(Width.values())
                .filter(width -> width.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("benchmark.widths: narrow or wide, not \"" + label + "\""));
    }

    private static <T> Optional<List<T>> list(String property, Function<String, T> each) {
        return Optional.ofNullable(System.getProperty(property))
                .filter(text -> !text.isBlank())
                .map(text -> Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .map(each)
                        .toList());
    }
}
