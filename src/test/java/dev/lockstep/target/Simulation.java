package dev.lockstep.target;

import dev.lockstep.plan.Speed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A machine with an application on it, and a backfill under the governor. The machine is a queue: the nearer the sum of both
 * comes to what it can do, the longer everybody waits. The signal is as noisy and as late as the real one: a few statements
 * are seen once a second, and the last five looks count.
 */
final class Simulation {
    /** What a backfill does in a second at full duty. */
    static final double ROWS = 130_000;

    private static final double LIMIT = 0.5;

    private final Governor governor;
    private final DoubleUnaryOperator load;
    private final Random random;
    private final Deque<Double> looks = new ArrayDeque<>();
    final List<Second> seconds = new ArrayList<>();

    /**
     * @param load what the application asks of the machine, 0 to 1, at a second of the run
     */
    Simulation(Speed speed, DoubleUnaryOperator load, long seed) {
        this.governor = new Governor(Duration.ofMillis(40), 20, speed);
        this.load = load;
        this.random = new Random(seed);
    }

    /** One second of it. */
    record Second(int at, double load, double duty, double rows, double latencyMilliseconds, boolean throttled) {}

    Simulation run(int length) {
        for (int at = 0; at < length; at++) {
            second(at);
        }
        return this;
    }

    private void second(int at) {
        double duty = governor.state().duty();
        double asked = load.applyAsDouble(at);
        double busy = Math.min(0.97, asked + 0.45 * duty * (0.3 + asked));
        double latency = 0.8 / (1 - busy) * (1 + 0.1 * random.nextGaussian());
        looks.addLast(seen(busy));
        if (looks.size() > 5) {
            looks.removeFirst();
        }
        double share = looks.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        governor.felt(
                List.of(new Reading.Felt("foreground-waits", false, share / LIMIT, "the application", "busy")),
                Duration.ofSeconds(at));
        seconds.add(new Second(
                at,
                asked,
                duty,
                ROWS * duty * (1 - 0.35 * asked),
                latency,
                governor.state().throttle().isPresent()));
    }

    /** Of eight statements, so many are seen to wait. */
    private double seen(double busy) {
        double waiting = Math.max(0, (busy - 0.4) / 0.6);
        int count = 0;
        for (int i = 0; i < 8; i++) {
            count += random.nextDouble() < waiting ? 1 : 0;
        }
        return count / 8.0;
    }
}
