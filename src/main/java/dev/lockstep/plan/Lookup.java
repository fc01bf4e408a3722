package dev.lockstep.plan;

import dev.lockstep.plan.Findings.Distinct;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A value that is found in another table by a key.
 *
 * @param from the table in which it is found; may be the table itself
 * @param on which columns must be equal, at least one pair, by the name of the own column
 * @param value the column of the other table
 * @param missing what becomes of a row whose key is NULL or not in the other table
 */
public record Lookup(TableName from, List<Match> on, Identifier value, Missing missing) {
    public Lookup {
        on = on.stream().sorted(Comparator.comparing(Match::own)).toList();
        if (on.isEmpty()) {
            throw new IllegalArgumentException("a lookup needs at least one pair of columns that are equal");
        }
    }

    /** A column of the row that is filled, and the one of the other table that has the same value. */
    public record Match(Identifier own, Identifier other) {}

    /** What becomes of a row whose key is not found. */
    public enum Missing {
        /** It stays NULL. */
        NULL("Null"),
        /** It gets the column's default. */
        DEFAULT("Default"),
        /** The run is held, before anything is written and again before the contract, and names such rows. */
        HOLD("Hold");

        private final String label;

        Missing(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    static Optional<Lookup> read(Fields fields) {
        Optional<TableName> from = fields.required("table", ChangeReader::table);
        Optional<List<Match>> on = fields.required("on", Lookup::matches);
        Optional<Identifier> value = fields.required("value", ChangeReader::identifier);
        Optional<Missing> missing = fields.required(
                "missing", node -> node.oneOf(PlanReader.choices(Stream.of(Missing.values()), Missing::label)));
        return fields.whole(
                () -> new Lookup(from.orElseThrow(), on.orElseThrow(), value.orElseThrow(), missing.orElseThrow()));
    }

    private static Optional<List<Match>> matches(Node node) {
        return node.object(fields -> {
            Distinct names = fields.findings().new Distinct();
            List<Match> matches = new ArrayList<>();
            for (String own : fields.given()) {
                Optional<Identifier> name = new Node(fields.path(own), own, fields.findings()).parsed(Identifier::new);
                Optional<Identifier> other = fields.required(own, ChangeReader::identifier);
                other.ifPresent(column -> names.claim(column.value(), fields.path(own)));
                name.flatMap(mine -> other.map(column -> new Match(mine, column)))
                        .ifPresent(matches::add);
            }
            if (fields.given().isEmpty()) {
                return node.refuse("Says no columns; write which column of the row is equal to which one of the other"
                        + " table, for example on: {country_id: id}.");
            }
            return fields.whole(() -> List.copyOf(matches));
        });
    }

    Map<String, Object> tree() {
        Map<String, Object> columns = new LinkedHashMap<>();
        on.forEach(match -> columns.put(match.own().value(), match.other().value()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", from.toString());
        tree.put("on", columns);
        tree.put("value", value.value());
        tree.put("missing", missing.label());
        return Map.of("from", tree);
    }
}
