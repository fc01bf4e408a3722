package dev.lockstep.plan;

import java.util.List;
import java.util.Optional;

/**
 * What may stand at one place of a plan's document, as plain values: what schemas and their explanations are made of. It
 * says what {@link PlanReader} accepts as far as one place, or a {@link Rule} between neighbours, can say it; tests hold
 * the two together.
 */
public sealed interface Shape {
    /**
     * A text.
     *
     * @param least characters: 0 where it may be empty, otherwise 1
     * @param most characters; 0 for no bound of its own
     * @param pattern a regular expression that RE2 and Java understand alike, and that is searched for in the text
     */
    record Text(int least, int most, Optional<String> pattern) implements Shape {}

    /** One of these words. */
    record Word(List<String> choices) implements Shape {
        public Word {
            choices = List.copyOf(choices);
        }
    }

    /** A whole number, both ends included. */
    record Whole(int least, int most) implements Shape {}

    record Truth() implements Shape {}

    /** A whole number from 0, of any size. */
    record Count() implements Shape {}

    /** A moment, as RFC 3339 writes it. */
    record Moment() implements Shape {}

    /**
     * A list.
     *
     * @param order what keeps its elements apart
     */
    record ListOf(Shape element, int least, int most, Order order) implements Shape {}

    /** Texts by names that the author chooses. */
    record Texts(int most) implements Shape {}

    /** Something that may be written in more than one way; only the reader can tell. */
    record Several() implements Shape {}

    /** An object with these fields, and with no others. */
    record Fields(List<Field> fields, List<Rule> rules) implements Shape {
        public Fields {
            fields = List.copyOf(fields);
            rules = List.copyOf(rules);
        }
    }

    /** An object with exactly one of these fields, whose name says what the field's value is. */
    record OneOf(List<Field> kinds) implements Shape {
        public OneOf {
            kinds = List.copyOf(kinds);
        }
    }

    /** What keeps the elements of a list apart. */
    sealed interface Order {
        /** Their place. */
        record Place() implements Order {}

        /** They are texts of which none comes twice. */
        record Value() implements Order {}

        /** One of their fields. */
        record Key(String field) implements Order {}
    }

    /**
     * A field of an object.
     *
     * @param description for people, as sentences
     * @param standard what its absence means, where that is a value that may be written down as well
     */
    record Field(String name, String description, Shape shape, boolean required, Optional<Object> standard) {}

    /**
     * What must hold between the fields of one object.
     *
     * @param expression in the Common Expression Language of Kubernetes, about {@code self}
     * @param message what is wrong and what to do when it is false
     */
    record Rule(String expression, String message) {}
}
