package dev.lockstep.target;

import dev.lockstep.engine.DeclaredDatabases;
import dev.lockstep.plan.DatabaseName;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The databases of the configuration, which stay, and those that are declared while Lockstep runs. Safe for threads. */
public final class TargetDirectory implements DeclaredDatabases {
    private final Map<DatabaseName, TargetConnection> configured;
    private final Map<DatabaseName, TargetConnection> primaries;
    private final Map<DatabaseName, List<TargetConnection>> replicas;

    /**
     * Begins with what the configuration says.
     *
     * @param replicas by the name of their primary
     */
    public TargetDirectory(
            Map<DatabaseName, TargetConnection> configured, Map<DatabaseName, List<TargetConnection>> replicas) {
        this.configured = Map.copyOf(configured);
        this.primaries = new ConcurrentHashMap<>(configured);
        this.replicas = new ConcurrentHashMap<>(replicas);
    }

    @Override
    public Optional<String> declare(DatabaseName name, Access access) {
        if (configured.containsKey(name)) {
            return Optional.of("Lockstep's configuration has a database " + name
                    + " already (lockstep.databases.\"" + name
                    + "\"), and that one counts. Give this one another name, or take"
                    + " the other out of the configuration.");
        }
        replicas.put(
                name,
                access.replicas().stream()
                        .map(url -> new TargetConnection(url, access.credentials()))
                        .toList());
        primaries.put(name, new TargetConnection(access.url(), access.credentials()));
        return Optional.empty();
    }

    @Override
    public void withdraw(DatabaseName name) {
        if (!configured.containsKey(name)) {
            primaries.remove(name);
            replicas.remove(name);
        }
    }

    /** As they are at each look. */
    public Map<DatabaseName, TargetConnection> primaries() {
        return Collections.unmodifiableMap(primaries);
    }

    /** As they are at each look, by the name of their primary. */
    public Map<DatabaseName, List<TargetConnection>> replicas() {
        return Collections.unmodifiableMap(replicas);
    }
}
