package dev.lockstep.operator;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan as a Kubernetes object. Its spec stays a tree: what it says is read by the one reader that REST and the command
 * line use.
 */
@Group(MigrationPlan.GROUP)
@Version(MigrationPlan.VERSION)
@Kind(MigrationPlan.KIND)
@Plural("migrationplans")
@Singular("migrationplan")
@ShortNames(MigrationPlan.SHORT_NAME)
public class MigrationPlan extends CustomResource<Map<String, Object>, PlanStatus> implements Namespaced {
    static final String GROUP = "lockstep.dev";
    static final String VERSION = "v1alpha1";
    static final String API_VERSION = GROUP + "/" + VERSION;
    static final String KIND = "MigrationPlan";
    static final String SHORT_NAME = "mplan";

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable Map<String, Object> initSpec() {
        return null;
    }

    @Override
    protected @Nullable PlanStatus initStatus() {
        return null;
    }
}
