package dev.lockstep.change;

import dev.lockstep.change.ReplacementColumn.Upkeep;
import dev.lockstep.plan.Change.ChangeColumnType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Sync;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsal.Retyping;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a column another type.
 *
 * <p>Where the server says that the plain ALTER rewrites neither the table nor an index (P16), that is the better way:
 * {@link DirectTypeChange}. Otherwise a second column of the new type stands beside the old one until the contract, and
 * takes over everything that the old one has (P33): {@link ReplacementParts}. With {@code to}, code of the old and of the
 * new name runs side by side. Without it only the old column is written until the contract, and the second, of a generated
 * name, follows; then it takes the old one's name.
 *
 * <p>The end is the catalogue of a database that was made in the final shape, but for the column's place: it is the last.
 *
 * <p>What may be lost, and who decides (P26). Where the author gives no {@code up}, nobody has said that a value may change:
 * every row is cast there and back before anything is done, and again before the contract, and the run is held while one
 * does not come back the same. Where the author gives {@code up}, what it says is taken as meant. Going back before the
 * contract keeps the old column, which no backfill ever touches; it loses only what new code has written and the old column
 * cannot hold, so with {@code to} a rollback is held while there are such rows, and names them.
 */
final class ChangeColumnTypeRecipe implements Recipe<ChangeColumnType> {
    @Override
    public Set<TableName> tables(ChangeColumnType change) {
        return Set.of(change.table());
    }

    @Override
    public Set<Rehearsal> rehearsals(ChangeColumnType change, PlanSpec spec) {
        return new NewColumnType(change.type()).objection().isPresent() ? Set.of() : Set.of(rehearsal(change));
    }

    private static Rehearsal rehearsal(ChangeColumnType change) {
        return new Rehearsal(
                change.table(),
                change.column(),
                replacement(change),
                Optional.of(new Retyping(
                        change.type(), change.up(), change.down(), change.to().isPresent())));
    }

    private static Identifier replacement(ChangeColumnType change) {
        return change.to().orElseGet(() -> ReplacementObjections.generatedName(change.table(), change.column()));
    }

    private static Upkeep upkeep(ChangeColumnType change, PlanSpec spec) {
        if (change.to().isEmpty()) {
            return Upkeep.FOLLOWING;
        }
        return spec.sync() == Sync.APPLICATION ? Upkeep.APPLICATION : Upkeep.BOTH_WAYS;
    }

    @Override
    public Outcome compile(ChangeColumnType change, Setting setting, StepNames names) {
        String path = setting.path();
        Objections objections = new Objections();
        Optional<Table> table = Ground.table(setting.catalogue(), change.table(), path + ".table", objections);
        Optional<Column> column =
                table.flatMap(known -> Ground.column(known, change.column(), path + ".column", objections));
        new NewColumnType(change.type()).objection().ifPresent(why -> objections.add(path + ".type", why));
        if (change.down().isPresent() && change.to().isEmpty()) {
            objections.add(
                    path + ".down",
                    "Without to, only the old column is written until the contract, so there is nothing to convert back,"
                            + " and after it there is no way back. Leave down out, or give the new column a name by to.");
        }
        if (objections.any() || table.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        return new Attempt(change, setting, table.get(), column.get(), objections).compile(names);
    }

    /** The change of a column that is there. */
    private record Attempt(
            ChangeColumnType change, Setting setting, Table table, Column column, Objections objections) {
        Outcome compile(StepNames names) {
            Ground.nameIsFree(
                    table,
                    replacement(change),
                    setting.path() + (change.to().isPresent() ? ".to" : ".column"),
                    objections);
            ReplacementObjections checks =
                    new ReplacementObjections(table, column, setting.path() + ".column", objections);
            checks.check(replacement(change), upkeep());
            Optional<Rehearsed.Played> played = checks.played(setting.catalogue(), rehearsal(change), setting.path());
            boolean direct = played.filter(this::direct).isPresent();
            if (!direct) {
                Ground.rowsCanBeUpdated(table, setting.path() + ".table", objections);
                Ground.noOtherRun(table, setting.path() + ".table", objections);
                played.ifPresent(checks::check);
            }
            if (objections.any() || played.isEmpty()) {
                return new Outcome.Refused(objections.all());
            }
            return direct
                    ? new DirectTypeChange(table, column, played.get()).outcome(names)
                    : replaced(played.get(), names);
        }

        private boolean direct(Rehearsed.Played played) {
            return change.to().isEmpty() && change.up().isEmpty() && played.instant();
        }

        private Outcome replaced(Rehearsed.Played played, StepNames names) {
            Conversion conversion = new Conversion(
                    table,
                    column,
                    played.column(),
                    change.up(),
                    change.down(),
                    change.to().isPresent());
            ReplacementColumn replacement = new ReplacementColumn(table, column, played, conversion, upkeep());
            Identifier under = change.to().orElse(change.column());
            List<Part> parts = new ReplacementParts(
                            replacement, under, setting.spec().backfill().userTriggers(), names)
                    .parts();
            return new Outcome.Parts(parts, new ReplacementNotes(replacement, under).all());
        }

        private Upkeep upkeep() {
            return ChangeColumnTypeRecipe.upkeep(change, setting.spec());
        }
    }
}
