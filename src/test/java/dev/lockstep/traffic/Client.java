package dev.lockstep.traffic;

import dev.lockstep.traffic.Acknowledged.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The one writer of some rows. It has a pod for each version of the code that runs now, and each operation goes to one of
 * them by chance: so while two versions run, both write the same rows. Used by one thread.
 */
final class Client implements AutoCloseable {
    /** Rows with a smaller key belong to nobody: all clients count in them, and nobody writes or deletes them otherwise. */
    static final long FIRST_OWNED = 5;

    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";
    private static final int REPETITIONS = 50;
    private static final long KEYS_FOR_EACH = 10_000_000;

    /** From so many rows on a client inserts more rarely: a long life must not end in looking at ever more rows. */
    private static final int MANY = 800;

    private final int number;
    private final int of;
    private final String url;
    private final Acknowledged acknowledged;
    private final Stalls stalls;
    private final boolean bearsDeadlocks;
    private final Random random;
    private final Map<String, List<Long>> own = new HashMap<>();
    private List<Pod> pods = List.of();
    private long lastKey;

    /**
     * @param url of the database, with the user and the session's settings
     * @param bearsDeadlocks whether it tries again what the server ended because of a deadlock
     */
    Client(int number, int of, String url, Acknowledged acknowledged, Stalls stalls, boolean bearsDeadlocks) {
        this.number = number;
        this.of = of;
        this.url = url;
        this.acknowledged = acknowledged;
        this.stalls = stalls;
        this.bearsDeadlocks = bearsDeadlocks;
        this.random = new Random(number);
        this.lastKey = (number + 1) * KEYS_FOR_EACH;
    }

    /** Takes its share of the rows that are there before any client writes. */
    void take(Code code) {
        for (TableUse use : code.tables()) {
            own(use).addAll(acknowledged.rows(use.entity()).keySet().stream()
                    .filter(key -> key >= FIRST_OWNED && key % of == number)
                    .toList());
        }
    }

    /** From now on these versions run. Pods of a version that runs already go on. */
    void deploy(List<Code> codes) throws SQLException {
        List<Pod> wanted = new ArrayList<>();
        for (Code code : codes) {
            Optional<Pod> running =
                    pods.stream().filter(pod -> pod.code.equals(code)).findFirst();
            wanted.add(running.isPresent() ? running.get() : new Pod(code, url, 1 + number % 2, stalls));
        }
        for (Pod pod : pods) {
            if (!wanted.contains(pod)) {
                pod.close();
            }
        }
        pods = wanted;
    }

    /**
     * Does one operation.
     *
     * @throws SQLException where a statement failed
     * @throws WrongAnswer where the database answered something else than was acknowledged
     */
    void operate(long operation) throws SQLException {
        Pod pod = pods.get(random.nextInt(pods.size()));
        List<TableUse> tables = pod.code.tables();
        // Most of it goes to the table that the plan is about.
        TableUse use = random.nextInt(3) > 0 ? tables.getFirst() : tables.get(random.nextInt(tables.size()));
        List<Shape> shapes = use.shapes().stream().sorted().toList();
        Shape shape = own(use).isEmpty() ? Shape.INSERT_RETURNING : shapes.get(random.nextInt(shapes.size()));
        boolean enough = random.nextInt(1 + own(use).size()) > MANY;
        new Operation(pod, use, operation).perform(enough && shape.inserts() ? Shape.UPDATE_ONE : shape);
    }

    /** Forgets the rows of tables that are gone. */
    void keepOnly(Set<String> entities) {
        own.keySet().retainAll(entities);
    }

    /** The database gave another answer than it must. */
    static final class WrongAnswer extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongAnswer(String message) {
            super(message);
        }
    }

    private List<Long> own(TableUse use) {
        return own.computeIfAbsent(use.entity(), _ -> new ArrayList<>());
    }

    /** One operation of one pod on one table. */
    private final class Operation {
        private final Pod pod;
        private final TableUse use;
        private final long operation;

        Operation(Pod pod, TableUse use, long operation) {
            this.pod = pod;
            this.use = use;
            this.operation = operation;
        }

        void perform(Shape shape) throws SQLException {
            switch (shape) {
                case SELECT_STAR -> read(any(), false);
                case FIND -> find(any());
                case INSERT_RETURNING -> insertReturning();
                case INSERT_ROWS -> {
                    Map<Long, Map<String, Optional<String>>> rows = fresh(3);
                    pod.insert(use, rows);
                    inserted(rows);
                }
                case COPY -> {
                    Map<Long, Map<String, Optional<String>>> rows = fresh(4);
                    pod.copy(use, rows);
                    inserted(rows);
                }
                case UPSERT -> upsert();
                case UPDATE_ALL -> updateAll(any());
                case UPDATE_ONE -> update(Map.of(any(), one()));
                case UPDATE_BATCH -> {
                    Map<Long, Map<String, Optional<String>>> rows = new HashMap<>();
                    Map<String, Optional<String>> facts = one();
                    rows.put(any(), facts);
                    rows.put(any(), facts);
                    update(rows);
                }
                case TRANSACTION -> transaction();
                case SERIALIZABLE -> serializable();
                case DELETE -> delete();
                case COUNT -> count();
            }
        }

        private long any() {
            List<Long> keys = own(use);
            return keys.get(random.nextInt(keys.size()));
        }

        private Map<String, Optional<String>> one() {
            Field field = use.fields().get(random.nextInt(use.fields().size()));
            return Map.of(field.fact(), field.values().apply(operation * 16 + 9));
        }

        /** Values for what was NULL in the row, and this code never leaves NULL. */
        private Map<String, Optional<String>> missing(Map<String, Optional<String>> read) {
            return use.fields().stream()
                    .filter(field -> !field.mayBeNull()
                            && read.getOrDefault(field.fact(), Optional.empty()).isEmpty())
                    .collect(Collectors.toMap(
                            Field::fact, field -> field.values().apply(operation * 16 + 10)));
        }

        private Map<Long, Map<String, Optional<String>>> fresh(int count) {
            Map<Long, Map<String, Optional<String>>> rows = new LinkedHashMap<>();
            for (int n = 0; n < count; n++) {
                // A number of its own for each row, for what must be unique.
                rows.put(++lastKey, Pod.values(use, operation * 16 + n));
            }
            return rows;
        }

        private void inserted(Map<Long, Map<String, Optional<String>>> rows) {
            rows.forEach((key, facts) -> {
                acknowledged.wrote(use.entity(), key, facts, operation);
                own(use).add(key);
            });
        }

        private Map<String, Optional<String>> read(long key, boolean forUpdate) throws SQLException {
            Map<String, Optional<String>> found =
                    pod.select(use, key, forUpdate).orElseThrow(() -> new WrongAnswer(where(key) + " is not there"));
            compare(key, acknowledged.row(use.entity(), key).facts(), found);
            return found;
        }

        private void find(long key) throws SQLException {
            Map<String, Optional<String>> must =
                    acknowledged.row(use.entity(), key).facts();
            Optional<String> value = must.getOrDefault(use.found().fact(), Optional.empty());
            if (value.isEmpty()) {
                read(key, false);
                return;
            }
            Map<String, Optional<String>> found = pod.find(use, value.get()).get(key);
            if (found == null) {
                throw new WrongAnswer(where(key) + " is not found by " + value.get());
            }
            compare(key, must, found);
        }

        private void compare(long key, Map<String, Optional<String>> must, Map<String, Optional<String>> found) {
            found.forEach((fact, value) -> {
                if (must.containsKey(fact) && !value.equals(must.get(fact))) {
                    throw new WrongAnswer(where(key) + " has " + fact + " = " + value.orElse("NULL") + " where "
                            + must.get(fact).orElse("NULL") + " was acknowledged");
                }
            });
        }

        private String where(long key) {
            return "for " + pod.code.version() + ", " + use.table() + " " + key;
        }

        private void insertReturning() throws SQLException {
            Map<String, Optional<String>> facts = Pod.values(use, operation * 16);
            Map<String, Optional<String>> returned = new HashMap<>();
            long key = pod.insert(use, facts, returned);
            inserted(Map.of(key, facts));
            compare(key, facts, returned);
        }

        private void upsert() throws SQLException {
            long key = random.nextBoolean() ? any() : ++lastKey;
            boolean isNew = key == lastKey && !acknowledged.rows(use.entity()).containsKey(key);
            Map<String, Optional<String>> facts = Pod.values(use, operation * 16);
            pod.upsert(use, key, facts);
            acknowledged.wrote(use.entity(), key, facts, operation);
            if (isNew) {
                own(use).add(key);
            }
        }

        /** All columns with the values that the code has read, and one that it changes. */
        private void updateAll(long key) throws SQLException {
            Map<String, Optional<String>> facts = new HashMap<>(read(key, false));
            facts.putAll(missing(facts));
            facts.putAll(one());
            update(Map.of(key, facts));
        }

        private void update(Map<Long, Map<String, Optional<String>>> rows) throws SQLException {
            // What must be unique is not written to several rows at once.
            Map<Long, Map<String, Optional<String>>> distinct = new LinkedHashMap<>();
            rows.forEach((key, facts) -> {
                Map<String, Optional<String>> own = new HashMap<>(facts);
                if (rows.size() > 1) {
                    use.fields().stream()
                            .filter(field -> facts.containsKey(field.fact()))
                            .forEach(field ->
                                    own.put(field.fact(), field.values().apply(operation * 16 + 1 + distinct.size())));
                }
                distinct.put(key, own);
            });
            pod.update(use, distinct);
            distinct.forEach((key, facts) -> acknowledged.wrote(use.entity(), key, facts, operation));
        }

        private void count() throws SQLException {
            long key = 1 + random.nextLong(FIRST_OWNED - 1);
            for (int attempt = 1; ; attempt++) {
                try {
                    pod.count(use, key);
                    acknowledged.counted(use.entity(), key);
                    return;
                } catch (SQLException e) {
                    if (!bearsDeadlocks || !DEADLOCK.equals(e.getSQLState()) || attempt == REPETITIONS) {
                        throw e;
                    }
                    stalls.deadlocked();
                }
            }
        }

        private void transaction() throws SQLException {
            long key = any();
            TableUse other = pod.code.tables().getLast();
            Map<String, Optional<String>> facts = new HashMap<>();
            Map<Long, Map<String, Optional<String>>> children = new HashMap<>();
            pod.transaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
                facts.putAll(read(key, true));
                facts.putAll(missing(facts));
                facts.putAll(one());
                pod.update(use, Map.of(key, facts));
                if (!other.equals(use) && other.shapes().contains(Shape.INSERT_RETURNING)) {
                    Map<String, Optional<String>> child = Pod.values(other, operation * 16 + 8);
                    children.put(pod.insert(other, child, new HashMap<>()), child);
                }
                return true;
            });
            acknowledged.wrote(use.entity(), key, facts, operation);
            children.forEach((childKey, child) -> {
                acknowledged.wrote(other.entity(), childKey, child, operation);
                own(other).add(childKey);
            });
        }

        private void serializable() throws SQLException {
            long key = any();
            Map<String, Optional<String>> facts = new HashMap<>();
            for (int attempt = 1; ; attempt++) {
                try {
                    pod.transaction(Connection.TRANSACTION_SERIALIZABLE, () -> {
                        facts.putAll(read(key, false));
                        facts.putAll(missing(facts));
                        facts.putAll(one());
                        pod.update(use, Map.of(key, facts));
                        return true;
                    });
                    acknowledged.wrote(use.entity(), key, facts, operation);
                    return;
                } catch (SQLException e) {
                    if (!SERIALIZATION_FAILURE.equals(e.getSQLState()) || attempt == REPETITIONS) {
                        throw e;
                    }
                }
            }
        }

        private void delete() throws SQLException {
            List<Long> keys = own(use);
            long key = keys.get(random.nextInt(keys.size()));
            Row before = acknowledged.row(use.entity(), key);
            pod.delete(use, key);
            acknowledged.deleted(use.entity(), key);
            keys.remove(Long.valueOf(key));
            if (before.facts().isEmpty()) {
                throw new WrongAnswer(where(key) + " could be deleted, and was not there");
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (Pod pod : pods) {
            pod.close();
        }
    }
}
