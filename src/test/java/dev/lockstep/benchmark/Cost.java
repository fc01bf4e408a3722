package dev.lockstep.benchmark;

import dev.lockstep.benchmark.Foreground.Latencies;
import java.util.Optional;

/**
 * What one run cost.
 *
 * @param walBytes all that was written to the log meanwhile, the foreground's share included
 * @param heapGrowth bytes, of the table without its indexes
 * @param longestBatch milliseconds of the longest statement that wrote the table; the commit is not in it
 * @param idle of the foreground alone, right before
 */
record Cost(
        double rowsPerSecond,
        double walBytes,
        double heapGrowth,
        double indexGrowth,
        double longestBatch,
        Optional<Latencies> latencies,
        Optional<Latencies> idle) {
    /** What the run did to the 99th percentile. */
    double ninetyNinthToIdle() {
        return at(latencies, 99) / at(idle, 99);
    }

    double during(double percentile) {
        return at(latencies, percentile);
    }

    double alone(double percentile) {
        return at(idle, percentile);
    }

    double longestStatement() {
        return latencies.map(Latencies::longestStatement).orElse(Double.NaN);
    }

    private static double at(Optional<Latencies> latencies, double percentile) {
        return latencies.map(met -> met.milliseconds(percentile)).orElse(Double.NaN);
    }
}
