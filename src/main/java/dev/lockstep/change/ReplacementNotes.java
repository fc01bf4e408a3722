package dev.lockstep.change;

import dev.lockstep.change.ReplacementColumn.Upkeep;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;

/** What the author of such a change should know although nothing is wrong. */
record ReplacementNotes(ReplacementColumn replacement, Identifier under) {
    List<String> all() {
        List<String> notes = new ArrayList<>();
        notes.add("In the end " + under + " is the last column of " + table().name() + ", not in the place of "
                + old() + ": code that relies on the order of SELECT * or of INSERT without a column list would"
                + " notice. All else is as if the table had been made so.");
        conversion(notes);
        if (replacement.upkeep() == Upkeep.BOTH_WAYS
                && replacement.rehearsed().indexes().stream().anyMatch(Index::unique)) {
            notes.add(
                    "Until the contract two unique indexes guard the same values. INSERT … ON CONFLICT looks at one of"
                            + " them, so when two sessions insert the same new value at the same instant, one may get a"
                            + " unique violation instead of the conflict action. Code that upserts must be ready to try again.");
        }
        if (under.equals(old())) {
            notes.add("At the contract the type of " + old() + " changes between two statements. Statements prepared"
                    + " before fail once with \"cached plan must not change result type\"; most drivers prepare them"
                    + " again by themselves, but not inside a transaction, which the code must then try again (P38).");
        } else {
            table().triggers().stream()
                    .filter(trigger -> RenameNotes.mentions(trigger.functionSource(), old()))
                    .forEach(trigger -> notes.add("Trigger " + trigger.name() + " calls " + trigger.function()
                            + ", whose source says " + old() + ". It must say " + replacement.name()
                            + " before the contract, which waits for that."));
        }
        if (replacement.original().collation().isPresent()
                && replacement.rehearsed().column().collation().isEmpty()) {
            notes.add("The collation "
                    + replacement.original().collation().orElseThrow() + " of " + old()
                    + " is not kept, as with every change of a column's type.");
        }
        return notes;
    }

    private void conversion(List<String> notes) {
        boolean retyped = !replacement
                .rehearsed()
                .column()
                .type()
                .equals(replacement.original().type());
        if (!retyped && !replacement.conversion().authored()) {
            return;
        }
        if (replacement.upkeep() != Upkeep.APPLICATION) {
            notes.add(
                    "From expand to the contract every write of " + old() + " is converted at once: code that writes a"
                            + " value which cannot be converted gets the server's error. What is in the table now is tried"
                            + " before anything is changed.");
        }
        if (replacement.upkeep() == Upkeep.BOTH_WAYS) {
            notes.add("Until the contract " + old()
                    + " gets what down makes of the values that new code writes. A value"
                    + " that cannot be converted back is refused; one that " + old() + " can hold only roughly is kept"
                    + " as written in " + replacement.name() + ". If the plan is rolled back while there are such rows,"
                    + " the rollback first waits and names them.");
        }
    }

    private Table table() {
        return replacement.table();
    }

    private Identifier old() {
        return replacement.original().name();
    }
}
