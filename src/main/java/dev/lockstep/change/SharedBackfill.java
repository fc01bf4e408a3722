package dev.lockstep.change;

import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DrainTransactions;
import dev.lockstep.change.Action.Fill;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The backfills of several changes: one wait for older transactions and, where none reads what another one writes, one
 * pass over each table. What follows a backfill (indexes, statistics) follows all of them.
 */
final class SharedBackfill {
    private final List<Step> drains = new ArrayList<>();
    private final List<Step> passes = new ArrayList<>();
    private final List<Step> rest = new ArrayList<>();
    private final Set<TableName> drained = new HashSet<>();

    private SharedBackfill() {}

    static List<Part> of(List<Part> parts) {
        SharedBackfill shared = new SharedBackfill();
        List<Part> own = of(parts, PhaseType.BACKFILL).toList();
        own.forEach(shared::add);
        of(parts, PhaseType.EXPAND)
                .filter(part -> waitsForRows(part, parts))
                .forEach(part -> shared.rest.addAll(part.steps()));
        Optional<Milestone> require =
                own.stream().flatMap(part -> part.require().stream()).max(Comparator.naturalOrder());
        List<Step> steps = Stream.of(shared.drains, shared.passes, shared.rest)
                .flatMap(List::stream)
                .toList();
        return List.of(new Part(PhaseType.BACKFILL, require, steps));
    }

    /** The expand phase without indexes that are better built once the rows are filled. */
    static List<Part> withoutIndexes(List<Part> parts) {
        return of(parts, PhaseType.EXPAND)
                .filter(part -> !waitsForRows(part, parts))
                .toList();
    }

    /**
     * An index that is there before the backfill makes each of its updates write to the index as well; and what is to be
     * proven for every row is better not asked before the rows are filled.
     */
    private static boolean waitsForRows(Part part, List<Part> parts) {
        Set<TableName> filled = of(parts, PhaseType.BACKFILL)
                .flatMap(other -> other.steps().stream())
                .<TableName>mapMulti((step, next) -> {
                    if (step.action() instanceof Backfill backfill) {
                        next.accept(backfill.table());
                    }
                })
                .collect(Collectors.toSet());
        return part.steps().stream()
                .map(Step::action)
                .anyMatch(action -> (action instanceof BuildIndex build && filled.contains(build.table()))
                        || (action instanceof Transactional proof && proves(proof, filled)));
    }

    /** VALIDATE CONSTRAINT, by the lock that only it takes to read a whole table. */
    private static boolean proves(Transactional action, Set<TableName> filled) {
        return action.scans()
                && action.locks().stream().anyMatch(lock -> lock.mode() == LockMode.SHARE_UPDATE_EXCLUSIVE)
                && action.locks().stream().map(TableLock::table).anyMatch(filled::contains);
    }

    private static Stream<Part> of(List<Part> parts, PhaseType type) {
        return parts.stream().filter(part -> part.type() == type);
    }

    private void add(Part part) {
        for (Step step : part.steps()) {
            if (step.action() instanceof Backfill backfill) {
                addPass(step, backfill);
            } else if (step.action() instanceof DrainTransactions(TableName table)) {
                if (drained.add(table)) {
                    drains.add(step);
                }
            } else {
                rest.add(step);
            }
        }
    }

    private void addPass(Step step, Backfill backfill) {
        for (int index = passes.size() - 1; index >= 0; index--) {
            Step earlier = passes.get(index);
            if (earlier.action() instanceof Backfill other && other.table().equals(backfill.table())) {
                if (independent(other, backfill) && sameWay(earlier, step)) {
                    passes.set(index, together(earlier, other, step, backfill));
                    return;
                }
                break;
            }
        }
        passes.add(step);
    }

    private static boolean sameWay(Step one, Step other) {
        return one.undo().equals(other.undo())
                && ((Backfill) one.action()).setAside().isEmpty()
                && ((Backfill) other.action()).setAside().isEmpty()
                && ((Backfill) one.action()).userTriggers() == ((Backfill) other.action()).userTriggers()
                && ((Backfill) one.action()).key().equals(((Backfill) other.action()).key());
    }

    /** Whether neither reads what the other writes: in one UPDATE each would see the value from before. */
    private static boolean independent(Backfill one, Backfill other) {
        return one.fills().stream()
                .allMatch(fill -> other.fills().stream()
                        .noneMatch(second -> reads(fill, second.column().value())
                                || reads(second, fill.column().value())));
    }

    /** Cautiously: a name in a string or of another table counts too, and then there is only one pass more. */
    private static boolean reads(Fill fill, String column) {
        Pattern word = Pattern.compile(
                "(?<![\\p{L}\\p{N}_$])" + Pattern.quote(column) + "(?![\\p{L}\\p{N}_$])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        return word.matcher(fill.value()).find() || word.matcher(fill.pending()).find();
    }

    private static Step together(Step one, Backfill first, Step other, Backfill second) {
        List<Fill> fills =
                Stream.concat(first.fills().stream(), second.fills().stream()).toList();
        return new Step(
                one.name(),
                one.title() + "; in the same pass: " + other.title(),
                new Backfill(first.table(), fills, first.userTriggers(), first.key()),
                one.undo(),
                "SELECT (" + one.done() + ") AND (" + other.done() + ")");
    }
}
