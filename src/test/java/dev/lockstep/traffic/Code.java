package dev.lockstep.traffic;

import java.util.List;

/**
 * One version of the application.
 *
 * @param version its name, for people
 * @param tables how it uses the tables; the first is the one that the plan is about
 */
record Code(String version, List<TableUse> tables) {
    Code {
        tables = List.copyOf(tables);
    }

    Code(String version, TableUse... tables) {
        this(version, List.of(tables));
    }
}
