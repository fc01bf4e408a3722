package dev.lockstep.store;

import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StandingFloors;
import dev.lockstep.gate.Floor;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** What a run held from some moment on. Only read this way: rows are written by {@link FloorRecord}. */
@Entity
@Immutable
@Table(name = "floor")
class FloorRow {
    @Id
    long ordinal;

    String database;
    UUID run;

    @JdbcTypeCode(SqlTypes.JSON)
    String floors;

    Instant at;

    @SuppressWarnings("NullAway.Init")
    protected FloorRow() {}

    StandingFloors standing() {
        return new StandingFloors(
                new RunId(run), StoreJson.read(Held.class, floors).floors(), at);
    }

    /** All that a run holds. */
    record Held(List<Floor> floors) {
        static String json(List<Floor> floors) {
            return StoreJson.write(Held.class, new Held(floors));
        }
    }
}
