package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** Whether the tables that raw SQL says it locks exist, or are made by SQL of the same plan that runs before. */
final class PlanTables {
    private final Catalogue catalogue;
    private final List<String> before = new ArrayList<>();

    PlanTables(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    static void check(
            List<Change> changes,
            Catalogue catalogue,
            BiFunction<Change, Integer, String> paths,
            Objections objections) {
        PlanTables tables = new PlanTables(catalogue);
        for (int index = 0; index < changes.size(); index++) {
            if (changes.get(index) instanceof Change.Sql sql) {
                tables.check(sql.step(), paths.apply(sql, index), objections);
            }
        }
    }

    void check(SqlStep step, String path, Objections objections) {
        before.add(step.up().toLowerCase(Locale.ROOT));
        for (int index = 0; index < step.tables().size(); index++) {
            TableName table = step.tables().get(index);
            if (!known(table)) {
                objections.add(
                        path + ".tables[" + index + "]",
                        "There is no table " + table + ", and no sql of this plan up to here speaks of it. Check the"
                                + " spelling (case counts) and the schema.");
            }
        }
    }

    /** Whether the table exists, or will by then. */
    boolean known(TableName table) {
        return catalogue.table(table).isPresent() || mentioned(table.name().value());
    }

    /** Whether SQL up to here speaks of this name. */
    boolean mentioned(String name) {
        return before.stream().anyMatch(sql -> sql.contains(name.toLowerCase(Locale.ROOT)));
    }
}
