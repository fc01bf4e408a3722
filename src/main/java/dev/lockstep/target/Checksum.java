package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.change.TableLock;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Tells whether a step that is resumed is still the step that was begun. It must not change between builds. */
final class Checksum {
    private Checksum() {}

    /** SHA-256 over what the action does; how it waits for locks does not count. */
    static String of(Action action) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts(action)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                // With its length before it, no two lists of parts read the same.
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static List<String> parts(Action action) {
        List<String> parts = new ArrayList<>();
        switch (action) {
            case Action.Transactional(var statements, var locks, var _) -> {
                parts.add("transactional");
                parts.addAll(statements);
                addLocks(parts, locks);
            }
            case Action.Standalone(var statement, var locks) -> {
                parts.addAll(List.of("standalone", statement));
                addLocks(parts, locks);
            }
            case Action.BuildIndex(var table, var index, var statement) ->
                parts.addAll(List.of("build-index", table.sql(), index.sql(), statement));
            case Action.RebuildIndex rebuild ->
                parts.addAll(List.of(
                        "rebuild-index", rebuild.table().sql(), rebuild.index().sql()));
            case Action.DropIndex(var table, var index) ->
                parts.addAll(List.of("drop-index", table.sql(), index.sql()));
            case Action.Backfill backfill -> {
                parts.addAll(List.of(
                        "backfill",
                        backfill.table().sql(),
                        backfill.assignment(),
                        backfill.pending(),
                        backfill.userTriggers().name()));
                backfill.key().forEach(column -> parts.add(column.sql()));
            }
            case Action.CopyRows copy ->
                parts.addAll(List.of(
                        "copy-rows",
                        copy.walked().sql(),
                        copy.statement("…"),
                        copy.pending(),
                        copy.mark().sql()));
            case Action.DrainTransactions(var table) -> parts.addAll(List.of("drain", table.sql()));
            case Action.Assertion(var query, var _, var _) -> parts.addAll(List.of("assertion", query));
            case Action.KeepValues(var table, var label, var key, var columns, int seconds) ->
                parts.addAll(List.of(
                        "keep-values",
                        table.sql(),
                        label,
                        key.toString(),
                        columns.toString(),
                        String.valueOf(seconds)));
            case Action.ForgetValues(var label) -> parts.addAll(List.of("forget-values", label));
            case Action.CountUses(var what) -> parts.addAll(List.of("count-uses", what.toString()));
            case Action.ProveUnused(var what, var counted, int seconds) ->
                parts.addAll(List.of("prove-unused", what.toString(), counted, String.valueOf(seconds)));
            case Action.RevertWindow(var _, int seconds) ->
                parts.addAll(List.of("revert-window", String.valueOf(seconds)));
        }
        return parts;
    }

    private static void addLocks(List<String> parts, List<TableLock> locks) {
        for (TableLock lock : locks) {
            parts.add(lock.table().sql() + " " + lock.mode().sql());
        }
    }
}
