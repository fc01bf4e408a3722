package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;

/**
 * How the rows of a table can be reached.
 *
 * @param inBlocks whether they lie in blocks of its own, so that ranges of these can be read
 * @param updatable whether the server passes an UPDATE on to what holds them
 * @param updatableByTriggers the same where INSTEAD OF triggers may do it
 * @param orders its indexes that give rows in the order of their columns' own comparison, all one way; the best keys first
 */
public record RowAccess(boolean inBlocks, boolean updatable, boolean updatableByTriggers, List<Order> orders) {
    public RowAccess {
        orders = List.copyOf(orders);
    }

    /** An ordinary table without indexes. */
    public static RowAccess ordinary() {
        return new RowAccess(true, true, true, List.of());
    }

    /** Columns by which each row can be told from all others and is in an order; the primary key where there is one. */
    public Optional<List<Identifier>> key() {
        return orders.stream().filter(Order::key).map(Order::columns).findFirst();
    }

    /** Whether an index begins with these columns, in this order. */
    public boolean inOrderOf(List<Identifier> columns) {
        return orders.stream()
                .map(Order::columns)
                .anyMatch(ordered -> ordered.size() >= columns.size()
                        && ordered.subList(0, columns.size()).equals(columns));
    }

    /**
     * An index that is valid, whole and of plain columns.
     *
     * @param key whether it is unique and none of its columns can be NULL
     */
    public record Order(List<Identifier> columns, boolean key) {
        public Order {
            columns = List.copyOf(columns);
        }
    }
}
