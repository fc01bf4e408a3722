package dev.lockstep.benchmark;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A way to fill {@code full_name} from {@code name} in every row of {@code users}. */
sealed interface Method {
    String label();

    void run(String url);

    /** One statement for all rows. */
    record BareUpdate() implements Method {
        @Override
        public String label() {
            return "one `UPDATE` of everything";
        }

        @Override
        public void run(String url) {
            try (Sql sql = Sql.open(url)) {
                sql.run("UPDATE users SET full_name = name");
            }
        }
    }

    /** By primary key, some rows at a time. */
    record Keyset(int size) implements Method {
        @Override
        public String label() {
            return "keyset by key, %,d rows".formatted(size);
        }

        @Override
        public void run(String url) {
            try (Sql sql = Sql.open(url)) {
                long last = sql.number("SELECT max(id) FROM users");
                for (long from = 0; from < last; from += size) {
                    sql.run("UPDATE users SET full_name = name WHERE id > " + from + " AND id <= " + (from + size));
                }
            }
        }
    }

    /** By primary key, touching the key so that a trigger computes the value. */
    record TouchTheKey(int size) implements Method {
        @Override
        public String label() {
            return "peer's shape: keyset, touch the key, the trigger computes";
        }

        @Override
        public void run(String url) {
            try (Sql sql = Sql.open(url)) {
                long last = sql.number("SELECT max(id) FROM users");
                for (long from = 0; from < last; from += size) {
                    sql.run(
                            "WITH batch AS (SELECT id FROM users WHERE id > " + from + " ORDER BY id LIMIT " + size
                                    + " FOR NO KEY UPDATE) UPDATE users SET id = users.id FROM batch WHERE users.id = batch.id");
                }
            }
        }
    }

    /** What a plan does. */
    record Lockstep(String label, BackfillPace pace) implements Method {
        private static final DatabaseName DATABASE = new DatabaseName("benchmark");

        @Override
        public void run(String url) {
            Action action = new Action.Backfill(
                    TableName.parse("users"),
                    new Action.Fill(
                            new Identifier("full_name"),
                            "name",
                            "pg_catalog.record_image_ne(ROW(full_name), ROW(name))"),
                    UserTriggers.SKIP);
            Step step = new Step("fill", "Fill", action, new Step.Undo.Nothing(), "SELECT NULL::boolean");
            StepOrder order = new StepOrder(
                    DATABASE,
                    new RunId(UUID.randomUUID()),
                    0,
                    step,
                    Direction.FORWARD,
                    1,
                    1,
                    LockBudget.standard(),
                    pace);
            JdbcTargets targets =
                    new JdbcTargets(Map.of(DATABASE, new TargetConnection(url, "", () -> "")), InstantSource.system());
            StepOutcome outcome = targets.execute(order, new Unwatched());
            if (!(outcome instanceof StepOutcome.Completed)) {
                throw new IllegalStateException(outcome.toString());
            }
        }
    }

    /** Lets a step go on. */
    final class Unwatched implements StepMonitor {
        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {}

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }
}
