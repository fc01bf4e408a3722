package dev.lockstep.target;

import dev.lockstep.change.Walk;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.schema.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Chooses how a backfill goes through its rows, by what the catalogue says when it begins. */
final class ScanChoice {
    private ScanChoice() {}

    /** What was chosen. */
    sealed interface Chosen {
        record By(Scan scan) implements Chosen {}

        record Refused(StepOutcome.Failed why) implements Chosen {}
    }

    static Chosen choose(Connection connection, BatchWork work) throws SQLException {
        return Walk.of(
                        new CatalogueReader(connection).alone(work.table()),
                        work.table(),
                        work.key(),
                        work.userTriggers())
                .map(ScanChoice::chosen)
                .orElseGet(() -> refused(
                        "There is no table " + work.table() + ", or Lockstep's role cannot see it.",
                        "Somebody has dropped or renamed it since the plan was compiled: bring it back and retry, or roll"
                                + " the run back."));
    }

    private static Chosen chosen(Walk walk) {
        return switch (walk) {
            case Walk.ByBlocks(String why) -> new Chosen.By(new Scan.Blocks(why));
            case Walk.ByKey(List<Column> columns, String why) ->
                new Chosen.By(new Scan.Keys(
                        columns.stream()
                                .map(column -> new Scan.KeyColumn(column.name(), column.type()))
                                .toList(),
                        why));
            case Walk.Impossible(var _, String reason, String remedy) -> refused(reason, remedy);
        };
    }

    private static Chosen refused(String message, String remedy) {
        return new Chosen.Refused(new StepOutcome.Failed(ErrorCode.SQL_FAILED, message, remedy));
    }
}
