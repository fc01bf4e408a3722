package dev.lockstep.target;

import dev.lockstep.plan.Speed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long a backfill rests after each batch. Its duty, the share of its time in which it works, goes down fast when a signal
 * is over its limit and comes back slowly: the more slowly, the nearer a signal is to its limit, so that it comes to rest just
 * below it instead of going to and fro. There is a floor, so that every backfill ends.
 *
 * <p>Knows no clock and no database: times are told from its beginning. Safe for any number of threads; several workers share
 * one, each resting after its own batches.
 */
final class Governor {
    /** The least that a backfill works while what it does would leave lasting harm. */
    static final double FLOOR = 0.01;

    /** The least that it works while the application waits: much more often than not that is not the backfill's doing. */
    static final double COMFORT_FLOOR = 0.10;

    /** The most that it works while a signal cannot be read. */
    static final double BLIND = 0.25;

    /** No rest is longer, so that a person's word and a signal's end are seen soon. */
    static final Duration LONGEST_REST = Duration.ofSeconds(5);

    /** A shorter batch would be nothing but its beginning and its end. */
    private static final Duration SHORTEST_BATCH = Duration.ofMillis(1);

    /** Up to here it comes back; from here to the limit it stays where it is. */
    private static final double CALM = 0.85;

    /** More than this of a limit says nothing more, and would take long to be forgotten. */
    private static final double MOST_PRESSURE = 4;

    /** After a cut its effect has to be seen before there is another. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    /** After a cut nothing comes back for a while. */
    private static final Duration HOLD = Duration.ofSeconds(4);

    /** For so long, coming back is slow where it was too much before. */
    private static final Duration REMEMBERED = Duration.ofSeconds(60);

    /** What comes back in a second when nothing is felt. */
    private static final double CLIMB = 0.05;

    /** What the application feels comes and goes; a reading counts for a share of about this time. */
    private static final double SMOOTHING_SECONDS = 2.5;

    private final Duration batch;
    private final int restPercent;
    private final Map<String, Double> smoothed = new HashMap<>();
    private Speed speed;
    private double duty;
    private double cap;
    private double tooMuch = 1;
    private Optional<Duration> cutAt = Optional.empty();
    private Optional<Duration> lookedAt = Optional.empty();
    private Optional<Throttle> throttle = Optional.empty();

    /**
     * @param batch how long a batch is to take while nothing is felt
     * @param restPercent the plan's rest for the governed speed, 0 to 95
     */
    Governor(Duration batch, int restPercent, Speed speed) {
        this.batch = batch;
        this.restPercent = restPercent;
        this.speed = speed;
        this.cap = speed.duty(restPercent);
        this.duty = cap;
    }

    /**
     * A signal that keeps the backfill below its speed.
     *
     * @param object as {@link Reading.Felt#object}
     * @param words what is so now
     * @param since when it began to
     */
    record Throttle(String signal, String object, String words, Duration since) {}

    /** A rest, and why it is longer than the speed asks for. */
    record Rest(Duration length, Optional<Throttle> by) {}

    /** What people see. */
    record State(Speed speed, double duty, Optional<Throttle> throttle) {}

    /** A person set the speed. A faster one begins at once if nothing is in its way. */
    synchronized void speed(Speed wanted) {
        if (wanted == speed || wanted == Speed.PAUSED) {
            return;
        }
        speed = wanted;
        cap = wanted.duty(restPercent);
        if (throttle.isEmpty()) {
            duty = cap;
        } else {
            duty = Math.min(duty, cap);
        }
    }

    /** How long the rest is after a batch that took so long. */
    synchronized Rest after(Duration took) {
        Duration rest = Duration.ofNanos((long) (took.toNanos() * (1 - duty) / duty));
        return new Rest(rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST, throttle);
    }

    /** How long the next batch should take: the less it may work, the shorter are the stretches in which it does. */
    synchronized Duration batch() {
        double share = share(speed) * Math.clamp(0.25 + 0.75 * duty / cap, 0.25, 1);
        return Duration.ofNanos(Math.max(SHORTEST_BATCH.toNanos(), (long) (batch.toNanos() * share)));
    }

    /**
     * What runs beside a batch waits for the processor, or for the batch's part of the log, as long as one takes: the less the
     * application is to feel of it, the shorter one is. But what a transaction costs by itself counts the more, so only who
     * need not be fast goes down to little more than that.
     */
    private static double share(Speed speed) {
        return switch (speed) {
            case FULL -> 1;
            case GOVERNED -> 1.0 / 2;
            case GENTLE, PAUSED -> 1.0 / 16;
        };
    }

    synchronized State state() {
        return new State(speed, duty, throttle);
    }

    /** All signals were looked at. To be called about once a second. */
    synchronized void felt(List<Reading> readings, Duration now) {
        double seconds = lookedAt.map(at -> now.minus(at).toNanos() / 1e9).orElse(1.0);
        lookedAt = Optional.of(now);
        Optional<Reading.Unread> unread = readings.stream()
                .filter(Reading.Unread.class::isInstance)
                .map(Reading.Unread.class::cast)
                .findFirst();
        cap = unread.isPresent() ? Math.min(speed.duty(restPercent), BLIND) : speed.duty(restPercent);
        List<Reading.Felt> felt = smoothed(readings, seconds);
        Optional<Reading.Felt> lasting =
                felt.stream().filter(Reading.Felt::lasting).max(Comparator.comparingDouble(Reading.Felt::pressure));
        Optional<Reading.Felt> worst = felt.stream().max(Comparator.comparingDouble(Reading.Felt::pressure));
        double floor = lasting.filter(Governor::over).isPresent() ? FLOOR : COMFORT_FLOOR;
        if (worst.filter(Governor::over).isPresent() && duty > floor) {
            cut(lasting.filter(Governor::over).or(() -> worst).orElseThrow(), Math.min(floor, cap), now);
        } else {
            climb(worst.map(Reading.Felt::pressure).orElse(0.0), floor, seconds, now);
        }
        duty = Math.min(duty, cap);
        throttle = throttled(felt, unread, now);
    }

    private static boolean over(Reading.Felt felt) {
        return felt.pressure() >= 1;
    }

    /** At full speed nobody asks what the application feels. */
    private List<Reading.Felt> smoothed(List<Reading> readings, double seconds) {
        List<Reading.Felt> felt = new ArrayList<>();
        for (Reading reading : readings) {
            if (reading instanceof Reading.Felt(var signal, var lasting, var pressure, var object, var words)
                    && (lasting || speed != Speed.FULL)) {
                double now = Math.clamp(pressure, 0, MOST_PRESSURE);
                double share = lasting ? 1 : 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
                double before = smoothed.getOrDefault(signal, now);
                double smooth = before + (now - before) * share;
                smoothed.put(signal, smooth);
                felt.add(new Reading.Felt(signal, lasting, smooth, object, words));
            }
        }
        return felt;
    }

    private void cut(Reading.Felt by, double floor, Duration now) {
        if (cutAt.filter(at -> now.minus(at).compareTo(SETTLE) < 0).isPresent()) {
            return;
        }
        tooMuch = duty;
        cutAt = Optional.of(now);
        double kept = by.lasting()
                ? Math.clamp(1 / by.pressure(), 0.25, 0.9)
                // A little over the limit is often noise: a small cut then, and half at the most.
                : Math.clamp(1 - (by.pressure() - 1) / 2, 0.5, 0.95);
        duty = Math.max(floor, duty * kept);
    }

    private void climb(double pressure, double floor, double seconds, Duration now) {
        boolean held = cutAt.filter(at -> now.minus(at).compareTo(HOLD) < 0).isPresent();
        boolean below = duty < floor;
        if (held || (pressure >= CALM && !below)) {
            return;
        }
        double room = below ? 1 : (CALM - pressure) / CALM;
        boolean remembered =
                cutAt.filter(at -> now.minus(at).compareTo(REMEMBERED) < 0).isPresent() && duty > 0.9 * tooMuch;
        duty += CLIMB * room * room * (remembered ? 0.1 : 1) * Math.min(seconds, 5);
    }

    /** Whoever made it slower is named until it is as fast again as it should be. */
    private Optional<Throttle> throttled(List<Reading.Felt> felt, Optional<Reading.Unread> unread, Duration now) {
        Optional<Reading.Felt> over = felt.stream()
                .filter(Governor::over)
                .max(Comparator.comparing(Reading.Felt::lasting).thenComparingDouble(Reading.Felt::pressure));
        if (over.isPresent()) {
            return Optional.of(named(over.get(), now));
        }
        if (unread.isPresent()) {
            return Optional.of(named(
                    unread.get().signal(),
                    "signal " + unread.get().signal(),
                    unread.get().words(),
                    now));
        }
        if (throttle.isEmpty() || duty >= cap - 0.005) {
            return Optional.empty();
        }
        String signal = throttle.get().signal();
        return felt.stream()
                .filter(one -> one.signal().equals(signal))
                .findFirst()
                .map(one -> named(one, now))
                .or(() -> throttle);
    }

    private Throttle named(Reading.Felt felt, Duration now) {
        return named(felt.signal(), felt.object(), felt.words(), now);
    }

    private Throttle named(String signal, String object, String words, Duration now) {
        Duration since = throttle.filter(before -> before.signal().equals(signal))
                .map(Throttle::since)
                .orElse(now);
        return new Throttle(signal, object, words, since);
    }
}
