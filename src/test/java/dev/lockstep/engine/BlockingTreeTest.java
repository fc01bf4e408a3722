package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.LockMonitor.Grip;
import dev.lockstep.engine.LockMonitor.Kind;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.engine.LockMonitor.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BlockingTreeTest {
    @Test
    void nobodyWaitsForAnybody() {
        assertThat(BlockingTree.of(List.of())).isEmpty();
        assertThat(drawn(waits("1", 0))).isEmpty();
    }

    @Test
    void whoWaitsForNobodyIsARootAndWhoHasMostBehindComesFirst() {
        assertThat(drawn(
                        waits("1", 0),
                        waits("2", 5, "1"),
                        waits("7", 0),
                        waits("8", 9, "7"),
                        waits("9", 3, "8"),
                        waits("10", 4, "8")))
                .isEqualTo("7(8(10 9)) 1(2)");
    }

    @Test
    void whoWaitsForSeveralIsUnderTheOneWhoseTurnComesLast() {
        List<Knot> roots = BlockingTree.of(
                List.of(waits("1", 0), waits("2", 9, "1"), waits("3", 5, "1", "2"), waits("4", 2, "3", "1")));
        assertThat(drawn(roots)).isEqualTo("1(2(3(4)))");
        Knot third = roots.getFirst().waiters().getFirst().waiters().getFirst();
        assertThat(third.also()).extracting(Session::id).containsExactly("1");
        assertThat(third.has()).contains(new Grip("2", "lock 2"));
        assertThat(roots.getFirst().behind()).isEqualTo(3);
    }

    @Test
    void aCircleIsCutAndSaidToBeOne() {
        List<Knot> roots = BlockingTree.of(List.of(waits("1", 2, "2"), waits("2", 1, "1"), waits("3", 1, "2")));
        assertThat(drawn(roots)).isEqualTo("2(1 3)");
        assertThat(roots.getFirst().circle()).isTrue();
        assertThat(roots.getFirst().waiters()).noneMatch(Knot::circle);
    }

    @Test
    void aBlockerThatHasGoneMeanwhileLeavesARootThatStillWaits() {
        assertThat(drawn(waits("2", 5, "1"), waits("3", 5, "2"))).isEqualTo("2(3)");
    }

    private static Session waits(String id, int seconds, String... behind) {
        Optional<Wait> wait = behind.length == 0
                ? Optional.empty()
                : Optional.of(new Wait(
                        "lock",
                        Optional.of(Duration.ofSeconds(seconds)),
                        Stream.of(behind).map(by -> new Grip(by, "lock " + by)).toList()));
        return new Session(
                id, Kind.SESSION, Integer.parseInt(id), "", "", "", "", Optional.empty(), Optional.empty(), wait);
    }

    private static String drawn(Session... sessions) {
        return drawn(BlockingTree.of(List.of(sessions)));
    }

    private static String drawn(List<Knot> knots) {
        return knots.stream()
                .map(knot -> knot.session().id() + (knot.waiters().isEmpty() ? "" : "(" + drawn(knot.waiters()) + ")"))
                .collect(Collectors.joining(" "));
    }
}
