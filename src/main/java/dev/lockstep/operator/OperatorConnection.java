package dev.lockstep.operator;

import dev.lockstep.engine.DeclaredDatabases;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Runs;
import dev.lockstep.engine.Targets;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Gives the application its operator, here because it needs a Kubernetes client. */
@Dependent
final class OperatorConnection {
    @Produces
    @Singleton
    PlanOperator connect(
            KubernetesClient client,
            Operations operations,
            Runs runs,
            Targets targets,
            DeclaredDatabases databases,
            PlanOperator.Settings settings,
            InstantSource clock) {
        return new PlanOperator(client, operations, runs, targets, databases, settings, clock);
    }
}
