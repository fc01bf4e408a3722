package dev.lockstep.change;

import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the author of a rename should know although nothing is wrong. */
final class RenameNotes {
    private RenameNotes() {}

    static List<String> of(AliasColumn alias, AliasIndexes indexes) {
        Table table = alias.table();
        Identifier original = alias.original().name();
        List<String> notes = new ArrayList<>(indexes.notes());
        if (indexes.wanted().stream().anyMatch(indexes::unique)) {
            notes.add(
                    "Until the contract two unique indexes guard the same values. INSERT … ON CONFLICT looks at one of"
                            + " them, so when two sessions insert the same new value at the same instant, one may get a"
                            + " unique violation instead of the conflict action. Code that upserts must be ready to try again.");
        }
        String views = table.dependents().stream()
                .filter(dependent -> dependent.column().equals(original))
                .map(Dependent::description)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!views.isEmpty()) {
            notes.add("These depend on " + original + " and go on working after the contract; views keep calling it "
                    + original + " in their own output: " + views + ".");
        }
        table.triggers().stream()
                .filter(trigger -> mentions(trigger.functionSource(), original))
                .forEach(trigger -> notes.add("Trigger " + trigger.name() + " calls " + trigger.function()
                        + ", whose source says " + original
                        + ". Both names work in it once expand is done; it must say "
                        + alias.name() + " before the contract, which waits for that."));
        if (alias.hasDomain()) {
            notes.add("Until the contract " + alias.name() + " has the type "
                    + alias.original().baseType()
                    + ", the base of the domain " + alias.original().type() + ". Statements that were prepared on it"
                    + " before the contract must be prepared again afterwards; most drivers do so by themselves.");
        }
        return List.copyOf(notes);
    }

    static boolean mentions(String source, Identifier name) {
        return Pattern.compile(
                        "(?<![\\p{Alnum}_])" + Pattern.quote(name.value()) + "(?![\\p{Alnum}_])",
                        Pattern.CASE_INSENSITIVE)
                .matcher(source)
                .find();
    }
}
