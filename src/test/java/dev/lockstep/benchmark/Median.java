package dev.lockstep.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of several measurements. */
final class Median {
    private Median() {}

    static <T> double of(List<T> measured, ToDoubleFunction<T> figure) {
        return of(measured.stream().mapToDouble(figure).toArray());
    }

    /** NaN where there is none. */
    static double of(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return Arrays.stream(sorted)
                .skip(Math.max(0, (sorted.length - 1) / 2))
                .limit(2 - sorted.length % 2)
                .average()
                .orElse(Double.NaN);
    }
}
