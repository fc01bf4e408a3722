package dev.lockstep.change;

import dev.lockstep.change.ReplacementColumn.Upkeep;
import java.util.Optional;

/**
 * What the triggers do that keep a column and its replacement equal.
 *
 * <p>Which side did a statement write? On INSERT the new side, where it differs from what it would have got by default;
 * otherwise the old one is converted. On UPDATE the new side, where it changed; otherwise the old one, where that changed.
 * So where a statement writes both sides differently, the new side wins (P21). A row that the backfill has not reached is
 * filled by any write.
 *
 * <p>The side that was written is never written over, even when the other cannot hold its value exactly. And where the new
 * side is already what the old one gives, nothing is done: so the backfill does not change the old side of rows that do
 * not survive the way there and back (P26).
 */
record ReplacementTriggers(ReplacementColumn replacement) {
    SyncTriggers.Code code() {
        boolean own = conversion().authored();
        if (replacement.upkeep() == Upkeep.FOLLOWING) {
            return new SyncTriggers.Code(Optional.empty(), body(toNew()), whenApart(), Optional.empty(), own);
        }
        return replacement.twoTriggers()
                ? new SyncTriggers.Code(Optional.of(agreeing()), body(settling()), whenApart(), Optional.empty(), own)
                : new SyncTriggers.Code(Optional.empty(), body(choice()), whenApart(), whenWritten(), own);
    }

    /** An author's expression cannot stand in a condition, where the row is not offered under the table's name. */
    private Optional<String> whenApart() {
        return conversion().up().isEmpty()
                ? Optional.of(neuSide().differ("NEW." + neu(), conversion().newValueInTrigger()))
                : Optional.empty();
    }

    /** What {@link #choice} comes to on UPDATE: nothing, unless a side is written or still to be filled. */
    private Optional<String> whenWritten() {
        return conversion().up().isEmpty()
                ? Optional.empty()
                : Optional.of("NEW." + neu() + " IS NULL OR "
                        + neuSide().differ("NEW." + neu(), "OLD." + neu()) + " OR "
                        + Sameness.of(replacement.original()).differ("NEW." + old(), "OLD." + old()));
    }

    private static String body(String code) {
        return """
                #variable_conflict use_column
                BEGIN
                  %s
                  RETURN NEW;
                END
                """.formatted(code);
    }

    private String choice() {
        return """
                IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
                    IF %1$s THEN
                      IF %2$s IS NULL OR %3$s THEN
                        %4$s
                      END IF;
                    ELSE
                      %5$s
                    END IF;
                  ELSIF %3$s THEN
                    IF %6$s THEN
                      %4$s
                    ELSIF %7$s OR (%8$s IS NULL AND %9$s) THEN
                      %5$s
                    END IF;
                  END IF;""".formatted(
                        neuSide().differInBody("NEW." + neu(), givenByDefault()),
                        "NEW." + old(),
                        notWhatOldGives(),
                        toOld(),
                        toNew(),
                        neuSide().differInBody("NEW." + neu(), "OLD." + neu()),
                        SqlText.differ("NEW." + old(), "OLD." + old()),
                        "NEW." + neu(),
                        SqlText.differ(bareOld(), conversion().oldValueInTrigger()));
    }

    private String agreeing() {
        return body("""
                %s
                  PERFORM pg_catalog.set_config(%s, %s, true);
                  PERFORM pg_catalog.set_config(%s, %s, true);""".formatted(
                        choice(),
                        setting("agreed"),
                        SyncTriggers.stash("NEW." + neu()),
                        setting("agreed_old"),
                        SyncTriggers.stash("NEW." + old())));
    }

    /** What a trigger of the table's own changed after the sides had been agreed. */
    private String settling() {
        return """
                IF %1$s OPERATOR(pg_catalog.<>) pg_catalog.current_setting(%2$s) THEN
                    %3$s
                  ELSIF %4$s OPERATOR(pg_catalog.<>) pg_catalog.current_setting(%5$s) THEN
                    %6$s
                  END IF;""".formatted(
                        SyncTriggers.stash("NEW." + neu()),
                        setting("agreed"),
                        toOld(),
                        SyncTriggers.stash("NEW." + old()),
                        setting("agreed_old"),
                        toNew());
    }

    private String setting(String what) {
        return replacement.triggers().setting(what);
    }

    private String notWhatOldGives() {
        return SqlText.differ("NEW." + neu(), conversion().newValueInTrigger());
    }

    private Sameness neuSide() {
        return Sameness.of(replacement.rehearsed().column());
    }

    private String givenByDefault() {
        return "CAST(" + replacement.earlyDefault().map(SqlText::enclosed).orElse("NULL") + " AS "
                + replacement.rehearsed().column().type() + ")";
    }

    private String toOld() {
        return "NEW." + old() + " := " + conversion().oldValueInTrigger() + ";";
    }

    private String toNew() {
        return "NEW." + neu() + " := " + conversion().newValueInTrigger() + ";";
    }

    private String bareOld() {
        return SqlText.bare("NEW." + old(), replacement.original());
    }

    private Conversion conversion() {
        return replacement.conversion();
    }

    private String old() {
        return replacement.original().name().sql();
    }

    private String neu() {
        return replacement.name().sql();
    }
}
