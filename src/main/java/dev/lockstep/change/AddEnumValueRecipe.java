package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.AddEnumValue;
import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Adds a value to an enumeration. The server can never take it out again (P45). That is no reason to make it a point of no
 * return, which would leave everything else in the plan without a way back: a value that no row has harms nobody. So a
 * rollback leaves it, says so beforehand, and the same plan finds it there the next time.
 */
final class AddEnumValueRecipe implements Recipe<AddEnumValue> {
    @Override
    public Set<TableName> tables(AddEnumValue change) {
        return Set.of();
    }

    @Override
    public Outcome compile(AddEnumValue change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        List<String> values = setting.catalogue().names().enums().get(change.type());
        if (values == null) {
            objections.add(setting.path() + ".type", missing(change.type(), setting.catalogue()));
        } else {
            check(change, values, setting.path(), objections);
        }
        if (objections.any() || values == null) {
            return new Outcome.Refused(objections.all());
        }
        Step step = new Step(
                names.claim("add-value"),
                "Add the value " + change.value() + " to " + change.type(),
                // In a transaction of its own: nothing can use the value before it is committed.
                new Transactional(List.of(statement(change)), List.of(), false),
                new Undo.Nothing(),
                Look.enumHas(change.type(), change.value()));
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), List.of(step))), notes(change, values));
    }

    @Override
    public Catalogue after(AddEnumValue change, Catalogue catalogue) {
        Map<TableName, List<String>> enums = new HashMap<>(catalogue.names().enums());
        enums.computeIfPresent(change.type(), (_, values) -> {
            List<String> more = new ArrayList<>(values);
            if (!more.contains(change.value())) {
                more.add(wanted(change.place(), values), change.value());
            }
            return more;
        });
        Catalogue.Names names = catalogue.names();
        return new Catalogue(
                catalogue.serverVersion(),
                catalogue.role(),
                catalogue.tables(),
                new Catalogue.Names(names.schemas(), enums, names.taken()));
    }

    private static String missing(TableName type, Catalogue catalogue) {
        String known = catalogue.names().enums().keySet().stream()
                .sorted()
                .map(TableName::toString)
                .collect(Collectors.joining(", "));
        return "There is no enumeration " + type + ". "
                + (known.isEmpty() ? "The database has none at all." : "The database has " + known + ".")
                + " Check the spelling (case counts) and the schema, or create the type first (CREATE TYPE … AS ENUM, an"
                + " sql change in a plan that runs before this one).";
    }

    private static void check(AddEnumValue change, List<String> values, String path, Objections objections) {
        if (change.value().getBytes(StandardCharsets.UTF_8).length > Identifier.MAX_BYTES) {
            objections.add(
                    path + ".value",
                    "Is longer than the " + Identifier.MAX_BYTES + " bytes that a value of an enumeration can have;"
                            + " shorten it.");
        }
        Optional<String> neighbour = neighbour(change.place());
        if (neighbour.isPresent() && !values.contains(neighbour.get())) {
            objections.add(
                    path + (change.place() instanceof Neighbour.Before ? ".before" : ".after"),
                    "Enumeration " + change.type() + " has no value " + neighbour.get() + ". It has "
                            + String.join(", ", values) + ". Name one of these; case counts.");
        } else if (values.contains(change.value()) && !inPlace(change, values)) {
            objections.add(
                    path + ".value",
                    "Enumeration " + change.type() + " has " + change.value() + " already, at another place: "
                            + String.join(", ", values)
                            + ". Leave this change out; the order of an enumeration can only"
                            + " be changed by a new type and changeColumnType.");
        }
    }

    private static Optional<String> neighbour(Neighbour place) {
        return switch (place) {
            case Neighbour.Last _ -> Optional.empty();
            case Neighbour.Before(String value) -> Optional.of(value);
            case Neighbour.After(String value) -> Optional.of(value);
        };
    }

    private static int wanted(Neighbour place, List<String> others) {
        return switch (place) {
            case Neighbour.Last _ -> others.size();
            case Neighbour.Before(String value) -> Math.max(0, others.indexOf(value));
            case Neighbour.After(String value) -> others.indexOf(value) + 1;
        };
    }

    /** Whether the value is where a rollback of this very change would have left it. */
    private static boolean inPlace(AddEnumValue change, List<String> values) {
        List<String> others =
                values.stream().filter(value -> !value.equals(change.value())).toList();
        return neighbour(change.place()).filter(change.value()::equals).isEmpty()
                && values.indexOf(change.value()) == wanted(change.place(), others);
    }

    private static String statement(AddEnumValue change) {
        String place = switch (change.place()) {
            case Neighbour.Last _ -> "";
            case Neighbour.Before(String value) -> " BEFORE " + SqlText.literal(value);
            case Neighbour.After(String value) -> " AFTER " + SqlText.literal(value);
        };
        return "ALTER TYPE " + change.type().sql() + " ADD VALUE IF NOT EXISTS " + SqlText.literal(change.value())
                + place;
    }

    private static List<String> notes(AddEnumValue change, List<String> values) {
        String value = "Value " + change.value() + " of " + change.type();
        List<String> notes = new ArrayList<>();
        if (values.contains(change.value())) {
            notes.add(value + " is there already, at this place; the step will find nothing to do.");
        }
        notes.add(value + " stays when the run is rolled back: PostgreSQL cannot take a value out of an enumeration"
                + " (P45). Unused it harms nothing, and the same plan can be run again.");
        notes.add("Code that does not know the value reads it as soon as other code writes it, and may fail on it. Let"
                + " no code write it before all code that reads the type knows it.");
        return notes;
    }
}
