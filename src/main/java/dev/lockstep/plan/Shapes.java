package dev.lockstep.plan;

import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Order;
import dev.lockstep.plan.Shape.Rule;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The shapes that come again in plans, and short ways to write them down. */
final class Shapes {
    /** PostgreSQL keeps 63 bytes of a name; characters are never more than bytes. */
    static final Shape IDENTIFIER = new Shape.Text(1, 63, Optional.of("\\S"));

    /** Schema and name, each quoted and with every quote doubled at most. */
    static final Shape TABLE = new Shape.Text(1, 257, Optional.of("\\S"));

    static final Shape DNS_LABEL = new Shape.Text(1, 63, Optional.of("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"));

    /** SQL, or something else of any length that says something. */
    static final Shape SAYING = new Shape.Text(1, 0, Optional.of("\\S"));

    static final Shape ANY_TEXT = new Shape.Text(0, 0, Optional.empty());

    static final Shape TRUTH = new Shape.Truth();

    static final int DAY_SECONDS = 86_400;

    private Shapes() {}

    static Field required(String name, Shape shape, String description) {
        return new Field(name, description, shape, true, Optional.empty());
    }

    static Field optional(String name, Shape shape, String description) {
        return new Field(name, description, shape, false, Optional.empty());
    }

    /** One whose absence means a value that may be filled in. */
    static Field standard(String name, Shape shape, Object value, String description) {
        return new Field(name, description, shape, false, Optional.of(value));
    }

    static Shape fields(Field... fields) {
        return new Shape.Fields(List.of(fields), List.of());
    }

    static Shape fields(List<Rule> rules, Field... fields) {
        return new Shape.Fields(List.of(fields), rules);
    }

    static Shape pattern(int most, String pattern) {
        return new Shape.Text(0, most, Optional.of(pattern));
    }

    static Shape word(String... choices) {
        return new Shape.Word(List.of(choices));
    }

    static <T> Shape word(T[] values, Function<T, String> label) {
        return new Shape.Word(Stream.of(values).map(label).toList());
    }

    /** A list whose elements may be alike. */
    static Shape list(Shape element, int least, int most) {
        return new Shape.ListOf(element, least, most, new Order.Place());
    }

    /** A list of texts, each at most once. */
    static Shape set(Shape element, int least, int most) {
        return new Shape.ListOf(element, least, most, new Order.Value());
    }

    /** A list of objects, each with another value of this field. */
    static Shape keyed(String field, Shape element, int least, int most) {
        return new Shape.ListOf(element, least, most, new Order.Key(field));
    }
}
