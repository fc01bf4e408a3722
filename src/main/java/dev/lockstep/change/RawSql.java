package dev.lockstep.change;

import dev.lockstep.change.Action.Standalone;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.SqlStep;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes steps of SQL that a person wrote. */
final class RawSql {
    private static final Pattern VALIDATES = word("validate");
    private static final Pattern DEFINES = word("alter|drop|truncate|rename|reindex|cluster|lock");
    private static final Pattern CREATES = word("create");

    private RawSql() {}

    static Step step(SqlStep sql, PhaseType phase, String path, StepNames names, Objections objections) {
        if (!sql.transaction() && sql.verify().isEmpty()) {
            objections.add(
                    path + ".verify",
                    "Step " + sql.name()
                            + " runs outside a transaction, so after a crash only a check can tell whether it"
                            + " has run. Give a query of one boolean that is true when it has.");
        }
        if (sql.down().isEmpty() && phase != PhaseType.CONTRACT) {
            objections.add(
                    path + ".down",
                    "Step " + sql.name()
                            + " has no down, so it cannot be taken back, and everything before the contract"
                            + " must be. Give the SQL that takes it back (SELECT 1 where nothing has to be), or move the"
                            + " step to the Contract phase.");
        }
        Undo undo = sql.down()
                .<Undo>map(down -> new Undo.By(action(down, sql)))
                .orElse(new Undo.Impossible("The plan gives no SQL that takes step " + sql.name() + " back."));
        return new Step(
                names.claim(sql.name()),
                "Run the plan's own SQL " + sql.name(),
                action(sql.up(), sql),
                undo,
                sql.verify().orElse(Look.NO_TRACE));
    }

    private static Action action(String text, SqlStep sql) {
        LockMode mode = mode(text);
        List<TableLock> locks =
                sql.tables().stream().map(table -> new TableLock(table, mode)).toList();
        return sql.transaction()
                ? new Transactional(List.of(text), locks, mode.compareTo(LockMode.SHARE_UPDATE_EXCLUSIVE) <= 0)
                : new Standalone(text, locks);
    }

    /**
     * The lock that a text may need, guessed by its words. A guess too weak is harmless: the statement then asks for more
     * itself, under the same time limit. One too strong would stop readers while rows are written or validated.
     */
    private static LockMode mode(String text) {
        Optional<LockMode> known = VALIDATES.matcher(text).find()
                ? Optional.of(LockMode.SHARE_UPDATE_EXCLUSIVE)
                : DEFINES.matcher(text).find() ? Optional.of(LockMode.ACCESS_EXCLUSIVE) : Optional.empty();
        return known.orElse(CREATES.matcher(text).find() ? LockMode.SHARE_ROW_EXCLUSIVE : LockMode.ROW_EXCLUSIVE);
    }

    private static Pattern word(String words) {
        return Pattern.compile("\\b(" + words + ")\\b", Pattern.CASE_INSENSITIVE);
    }
}
