package dev.lockstep.operator;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A database that plans of its namespace may change, as a Kubernetes object. */
@Group(MigrationPlan.GROUP)
@Version(MigrationPlan.VERSION)
@Kind(Database.KIND)
@Plural("databases")
@Singular("database")
@ShortNames(Database.SHORT_NAME)
public class Database extends CustomResource<DatabaseSpec, DatabaseStatus> implements Namespaced {
    static final String KIND = "Database";
    static final String SHORT_NAME = "lsdb";

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable DatabaseSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable DatabaseStatus initStatus() {
        return null;
    }
}
