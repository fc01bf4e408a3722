package dev.lockstep.ui;

import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.BlockingView;
import dev.lockstep.engine.LockMonitor.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who waits for whom in a database, as its page shows it.
 *
 * @param todo what the person has to do, as a sentence
 * @param at when it was looked at
 * @param left how many more wait than are shown
 */
public record LocksPage(
        String database,
        Badge badge,
        String happening,
        String todo,
        When at,
        List<LockCard> roots,
        Optional<String> left) {
    public LocksPage {
        roots = List.copyOf(roots);
    }

    /** Where this is for machines. */
    public String api() {
        return "/api/v1/databases/" + database + "/locks";
    }

    /** Where this is for people. */
    public String path() {
        return "/databases/" + database + "/locks";
    }

    static LocksPage of(BlockingView view) {
        int waiting = view.left() + view.roots().stream().mapToInt(Knot::behind).sum();
        List<LockCard> roots =
                view.roots().stream().map(root -> LockCard.of(root, view.own())).toList();
        boolean nobody = roots.isEmpty();
        return new LocksPage(
                view.database().value(),
                nobody
                        ? new Badge("Free", Badge.Tone.GOOD, "done")
                        : new Badge(Count.of(waiting) + (waiting == 1 ? " waits" : " wait"), Badge.Tone.HELD, "held"),
                nobody ? "Nobody waits for anybody." : happening(view.roots(), waiting),
                nobody
                        ? "There is nothing for you to do."
                        : roots.size() == 1
                                ? "Look at the one below that has the lock: once it ends, the others go on."
                                : "Look at those below that have the locks: once they end, the others go on.",
                When.of(view.at(), view.at()),
                roots,
                view.left() == 0 ? Optional.empty() : Optional.of(Count.of(view.left())));
    }

    /** The database could not be asked. */
    static LocksPage unseen(String database, String reason, Instant now) {
        return new LocksPage(
                database,
                new Badge("Not seen", Badge.Tone.BAD, "failed"),
                reason,
                "See that the server is up and lets Lockstep's role in. This page goes on asking.",
                When.of(now, now),
                List.of(),
                Optional.empty());
    }

    private static String happening(List<Knot> roots, int waiting) {
        Optional<Duration> longest = roots.stream()
                .flatMap(LocksPage::all)
                .flatMap(knot -> knot.session().waits().flatMap(Wait::age).stream())
                .max(Duration::compareTo);
        String first = LockCard.fullName(roots.getFirst().session());
        String who = roots.size() == 1 ? first + " has what " : Count.of(roots.size()) + " have what ";
        return sentence(who) + Count.of(waiting, "other")
                + (waiting == 1 ? " waits for" : " wait for")
                + longest.map(age -> ", the longest for " + Span.words(age)).orElse("") + "."
                + (roots.size() == 1 ? "" : " Most wait for " + first + ".");
    }

    private static Stream<Knot> all(Knot knot) {
        return Stream.concat(Stream.of(knot), knot.waiters().stream().flatMap(LocksPage::all));
    }

    private static String sentence(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
