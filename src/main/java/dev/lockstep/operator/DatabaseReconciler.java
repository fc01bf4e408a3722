package dev.lockstep.operator;

import dev.lockstep.engine.DeclaredDatabases;
import dev.lockstep.engine.DeclaredDatabases.Access;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.operator.Condition.Now;
import dev.lockstep.operator.Condition.Standing;
import dev.lockstep.plan.DatabaseName;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes databases that are declared as objects known to the engine, and says in their status whether plans can use them. */
@ControllerConfiguration(
        name = "database",
        triggerReconcilerOnAllEvents = true,
        fieldManager = PlanObjects.FIELD_MANAGER)
final class DatabaseReconciler implements Reconciler<Database> {
    /** Nobody tells of a Secret that has changed: no right to watch them is asked for. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final DeclaredDatabases databases;
    private final DatabaseNames names;
    private final Secrets secrets;
    private final PlanObjects<DatabaseStatus, Database> objects;
    private final WakeUps wakeUps;
    private final InstantSource clock;

    DatabaseReconciler(
            DeclaredDatabases databases,
            DatabaseNames names,
            Secrets secrets,
            PlanObjects<DatabaseStatus, Database> objects,
            WakeUps wakeUps,
            InstantSource clock) {
        this.databases = databases;
        this.names = names;
        this.secrets = secrets;
        this.objects = objects;
        this.wakeUps = wakeUps;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Database> reconcile(Database object, Context<Database> context) {
        if (context.isPrimaryResourceDeleted()) {
            gone(object);
            return UpdateControl.noUpdate();
        }
        if (object.isMarkedForDeletion()) {
            return UpdateControl.noUpdate();
        }
        Optional<Database> namesake = namesake(object, context);
        if (namesake.isPresent()) {
            release(object);
        }
        Now ready = namesake.map(DatabaseReconciler::taken).orElseGet(() -> declared(object));
        DatabaseStatus before = objects.status(object).orElseGet(() -> new DatabaseStatus(null, null));
        long generation = object.getMetadata().getGeneration();
        Condition condition = Condition.of(ready, before.known(), generation, clock.instant());
        boolean news = before.known().stream().noneMatch(condition::equals);
        objects.write(object, new DatabaseStatus(generation, List.of(condition)));
        if (news) {
            wakeUps.wakeWaiting();
        }
        return UpdateControl.<Database>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }

    /** The oldest object of a name has it, whichever is looked at first: after a restart, too. */
    private static Optional<Database> namesake(Database object, Context<Database> context) {
        return context.getPrimaryCache()
                .list(other -> other.getMetadata()
                        .getName()
                        .equals(object.getMetadata().getName()))
                .min(Comparator.comparing(DatabaseReconciler::created)
                        .thenComparing(other -> other.getMetadata().getNamespace()))
                .filter(oldest -> created(oldest).compareTo(created(object)) <= 0)
                .filter(oldest -> !oldest.getMetadata()
                        .getNamespace()
                        .equals(object.getMetadata().getNamespace()));
    }

    private static String created(Database object) {
        return Optional.ofNullable(object.getMetadata().getCreationTimestamp()).orElse("");
    }

    private static Now taken(Database other) {
        return not(
                "NameTaken",
                "Namespace " + other.getMetadata().getNamespace() + " has an older Database "
                        + other.getMetadata().getName()
                        + ", and plans know databases by their name alone. Give this one another name.");
    }

    private void gone(Database object) {
        objects.forget(object);
        release(object);
    }

    private void release(Database object) {
        DatabaseName name;
        try {
            name = new DatabaseName(object.getMetadata().getName());
        } catch (IllegalArgumentException _) {
            return;
        }
        if (names.release(name, object.getMetadata().getUid())) {
            databases.withdraw(name);
            wakeUps.wakeWaiting();
        }
    }

    private Now declared(Database object) {
        String namespace = object.getMetadata().getNamespace();
        DatabaseSpec spec = object.getSpec();
        if (spec == null
                || spec.url() == null
                || spec.credentialsSecretRef() == null
                || spec.credentialsSecretRef().name() == null) {
            return not("SpecIncomplete", "Give spec.url and spec.credentialsSecretRef.name.");
        }
        DatabaseSpec.SecretRef reference = spec.credentialsSecretRef();
        DatabaseName name;
        try {
            name = new DatabaseName(object.getMetadata().getName());
        } catch (IllegalArgumentException e) {
            return not("NameInvalid", "The object's name cannot be a database's: " + e.getMessage() + ".");
        }
        String secret = namespace + "/" + spec.credentialsSecretRef().name();
        DatabaseNames.Owner self =
                new DatabaseNames.Owner(namespace, object.getMetadata().getUid(), secret);
        DatabaseNames.Owner owner = names.claim(name, self);
        if (!owner.equals(self)) {
            return not(
                    "NameTaken",
                    "Namespace " + owner.namespace() + " has a Database " + name
                            + " already, and plans know databases by their name alone. Give this one another name.");
        }
        Access access = new Access(spec.url(), spec.replicaUrls(), () -> secrets.credentials(namespace, reference));
        Optional<String> configured = databases.declare(name, access);
        if (configured.isPresent()) {
            names.release(name, self.uid());
            return not("NameConfigured", configured.get());
        }
        return readable(namespace, reference);
    }

    private Now readable(String namespace, DatabaseSpec.SecretRef secret) {
        try {
            secrets.credentials(namespace, secret);
            return new Now(
                    Conditions.READY,
                    Standing.TRUE,
                    "Declared",
                    "Plans of namespace " + namespace + " can use it. Whether it answers is seen when a plan does.");
        } catch (LockstepException e) {
            return not("SecretUnreadable", e.getMessage());
        }
    }

    private static Now not(String reason, String message) {
        return new Now(Conditions.READY, Standing.FALSE, reason, message);
    }
}
