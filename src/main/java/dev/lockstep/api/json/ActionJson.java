package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a step does to the database. */
@Schema(name = "Action")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ActionJson(
        @Schema(description = "what kind of action it is", examples = "Transactional")
        String kind,

        @Schema(description = "the SQL, or for what is done in pieces the SQL of one piece")
        List<String> sql,

        @Schema(description = "the locks it takes on tables, in this order")
        List<LockJson> locks,

        @Schema(
                description =
                        "for Backfill and CopyRows: whether it goes through the rows by blocks or by which key, and"
                                + " why, as the catalogue was when the plan was compiled",
                examples = "Walked by blocks, as users is one table whose rows have their places in blocks.")
        Optional<String> walk) {
    private ActionJson(String kind, List<String> sql, List<LockJson> locks) {
        this(kind, sql, locks, Optional.empty());
    }

    /** A lock on a table. */
    @Schema(name = "Lock")
    public record LockJson(
            @Schema(examples = "users") String table,
            @Schema(examples = "ACCESS EXCLUSIVE") String mode) {
        static LockJson of(TableLock lock) {
            return new LockJson(lock.table().toString(), lock.mode().sql());
        }
    }

    static ActionJson of(Action action) {
        return switch (action) {
            case Action.Transactional(List<String> statements, List<TableLock> locks, boolean _) ->
                new ActionJson("Transactional", statements, locks(locks));
            case Action.Standalone(String statement, List<TableLock> locks) ->
                new ActionJson("Standalone", List.of(statement), locks(locks));
            case Action.BuildIndex(TableName table, var _, String statement) ->
                new ActionJson("BuildIndex", List.of(statement), lock(table, LockMode.SHARE_UPDATE_EXCLUSIVE));
            case Action.RebuildIndex rebuild ->
                new ActionJson(
                        "RebuildIndex",
                        List.of(rebuild.statement()),
                        lock(rebuild.table(), LockMode.SHARE_UPDATE_EXCLUSIVE));
            case Action.DropIndex(TableName table, var index) ->
                new ActionJson(
                        "DropIndex",
                        List.of("DROP INDEX CONCURRENTLY IF EXISTS "
                                + table.schema().sql() + "." + index.sql()),
                        lock(table, LockMode.SHARE_UPDATE_EXCLUSIVE));
            case Action.Backfill backfill ->
                new ActionJson(
                        "Backfill",
                        List.of("UPDATE " + backfill.table().sql() + " SET " + backfill.assignment() + " WHERE "
                                + backfill.pending()),
                        lock(backfill.table(), LockMode.ROW_EXCLUSIVE),
                        backfill.walk());
            case Action.CopyRows copy ->
                new ActionJson(
                        "CopyRows",
                        List.of(copy.statement(copy.pending())),
                        locks(List.of(
                                new TableLock(copy.from(), LockMode.ROW_SHARE),
                                new TableLock(copy.to(), LockMode.ROW_EXCLUSIVE))),
                        copy.walk());
            case Action.DrainTransactions _ -> new ActionJson("DrainTransactions", List.of(), List.of());
            case Action.Assertion(String query, var _, var _) -> new ActionJson("Assertion", List.of(query), List.of());
            case Action.Survey survey ->
                new ActionJson("Survey", List.of(survey.statement()), lock(survey.table(), LockMode.ACCESS_SHARE));
            case Action.KeepValues keep ->
                new ActionJson("KeepValues", List.of(), lock(keep.table(), LockMode.ACCESS_SHARE));
            case Action.ForgetValues _ -> new ActionJson("ForgetValues", List.of(), List.of());
            case Action.CountUses _ -> new ActionJson("CountUses", List.of(), List.of());
            case Action.ProveUnused _ -> new ActionJson("ProveUnused", List.of(), List.of());
            case Action.RevertWindow _ -> new ActionJson("RevertWindow", List.of(), List.of());
        };
    }

    private static List<LockJson> locks(List<TableLock> locks) {
        return locks.stream().map(LockJson::of).toList();
    }

    private static List<LockJson> lock(TableName table, LockMode mode) {
        return locks(List.of(new TableLock(table, mode)));
    }
}
