package dev.lockstep.operator;

import dev.lockstep.engine.Targets;
import dev.lockstep.plan.DatabaseName;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which namespace a database belongs to. Plans name databases without a namespace, so two objects cannot share a name; the
 * first one has it. Safe for threads.
 */
final class DatabaseNames {
    private final Map<DatabaseName, Owner> owners = new ConcurrentHashMap<>();
    private final Targets targets;

    DatabaseNames(Targets targets) {
        this.targets = targets;
    }

    /**
     * Who has a name.
     *
     * @param secret where its credentials come from
     */
    record Owner(String namespace, String uid, String secret) {}

    /** Whoever has the name now: the asker, or another who had it before. */
    Owner claim(DatabaseName name, Owner asker) {
        return owners.merge(name, asker, (had, asks) -> had.uid().equals(asks.uid()) ? asks : had);
    }

    /** @return whether it was this object's */
    boolean release(DatabaseName name, String uid) {
        Owner had = owners.get(name);
        return had != null && had.uid().equals(uid) && owners.remove(name, had);
    }

    Optional<Owner> owner(DatabaseName name) {
        return Optional.ofNullable(owners.get(name));
    }

    /** Why a plan of this namespace cannot use this database; empty when it can. */
    Optional<Objection> objection(String namespace, DatabaseName name) {
        Owner owner = owners.get(name);
        if (owner != null) {
            return owner.namespace().equals(namespace)
                    ? Optional.empty()
                    : Optional.of(Objection.refused(
                            "DatabaseOfAnotherNamespace",
                            "database " + name,
                            "Database " + name + " is declared in namespace " + owner.namespace()
                                    + ", and only plans of that namespace may use it. Declare this plan there, or a"
                                    + " database of another name here."));
        }
        return targets.databases().stream().anyMatch(known -> known.name().equals(name))
                ? Optional.empty()
                : Optional.of(Objection.held(
                        "DatabaseMissing",
                        "database " + name,
                        "There is no Database " + name + " in namespace " + namespace
                                + ", and none of that name in Lockstep's configuration. Apply one, or correct"
                                + " spec.databaseRef.name. Nothing has been changed, and the plan goes on by itself"
                                + " once the database is there."));
    }
}
