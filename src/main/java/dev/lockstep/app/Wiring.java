package dev.lockstep.app;

import dev.lockstep.engine.ApprovalRules;
import dev.lockstep.engine.Cluster;
import dev.lockstep.engine.Explainer;
import dev.lockstep.engine.FirstLook;
import dev.lockstep.engine.Floors;
import dev.lockstep.engine.LockMonitor;
import dev.lockstep.engine.Locks;
import dev.lockstep.engine.Lookout;
import dev.lockstep.engine.Neighbours;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Plans;
import dev.lockstep.engine.Reconciliation;
import dev.lockstep.engine.RunEngine;
import dev.lockstep.engine.Runs;
import dev.lockstep.engine.StoredBoard;
import dev.lockstep.engine.Targets;
import dev.lockstep.engine.Testimonies;
import dev.lockstep.engine.Views;
import dev.lockstep.operator.PlanOperator;
import dev.lockstep.plan.BackfillLimits;
import dev.lockstep.plan.ClusterName;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.rollout.AdmissionSettings;
import dev.lockstep.rollout.OtherCluster;
import dev.lockstep.rollout.RolloutSettings;
import dev.lockstep.target.JdbcLockMonitor;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import dev.lockstep.target.TargetDirectory;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Puts the rooms together. Every one is given what it needs by its constructor; nothing below this room looks anything up. */
@Dependent
final class Wiring {
    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    TargetDirectory targetDirectory(LockstepConfig config) {
        return new TargetDirectory(connections(config), replicas(config));
    }

    @Produces
    @Singleton
    Targets targets(TargetDirectory directory, LockstepConfig config, InstantSource clock) {
        return new JdbcTargets(directory.primaries(), directory.replicas(), limits(config), clock);
    }

    @Produces
    @Singleton
    LockMonitor lockMonitor(TargetDirectory directory) {
        return new JdbcLockMonitor(directory.primaries());
    }

    @Produces
    @Singleton
    PlanOperator.Settings planObjects(LockstepConfig config) {
        LockstepConfig.PlanObjects plans = config.kubernetes().plans();
        return new PlanOperator.Settings(
                plans.enabled(), Set.copyOf(plans.namespaces().orElseGet(List::of)), plans.serverSideApply());
    }

    @Produces
    @Singleton
    Locks locks(LockMonitor monitor, Plans plans, Runs runs, Lookout lookout, InstantSource clock) {
        return new Locks(monitor, plans, new Views(runs, lookout), clock);
    }

    private static Map<DatabaseName, TargetConnection> connections(LockstepConfig config) {
        Map<DatabaseName, TargetConnection> connections = new HashMap<>();
        config.databases().forEach((name, database) -> connections.put(databaseName(name), connection(database)));
        return connections;
    }

    private static Map<DatabaseName, List<TargetConnection>> replicas(LockstepConfig config) {
        Map<DatabaseName, List<TargetConnection>> replicas = new HashMap<>();
        config.databases()
                .forEach((name, database) -> replicas.put(
                        databaseName(name),
                        database.replicas().orElseGet(List::of).stream()
                                .map(url -> connection(url, database))
                                .toList()));
        return replicas;
    }

    private static Map<DatabaseName, BackfillLimits> limits(LockstepConfig config) {
        Map<DatabaseName, BackfillLimits> limits = new HashMap<>();
        config.databases()
                .forEach((name, database) -> limits.put(databaseName(name), DatabaseLimits.of(name, database)));
        return limits;
    }

    private static DatabaseName databaseName(String name) {
        try {
            return new DatabaseName(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("lockstep.databases.\"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static TargetConnection connection(LockstepConfig.Database database) {
        return connection(database.url(), database);
    }

    private static TargetConnection connection(String url, LockstepConfig.Database database) {
        return new TargetConnection(
                url, database.username().orElse(""), () -> database.password().orElse(""));
    }

    @Produces
    @Singleton
    RolloutSettings rollout(LockstepConfig config) {
        return RolloutSettings.standard().withAudience(config.kubernetes().reportAudience());
    }

    @Produces
    @Singleton
    AdmissionSettings admission(LockstepConfig config) {
        return new AdmissionSettings(
                config.kubernetes().namespace(), config.kubernetes().interlockPolicy());
    }

    @Produces
    @Singleton
    StoredBoard interlockBoard(Plans plans, Runs runs, Targets targets, InstantSource clock) {
        return new StoredBoard(plans, runs, targets, clock);
    }

    void end(@Disposes StoredBoard board) {
        board.close();
    }

    @Produces
    @Singleton
    FirstLook firstLook(StoredBoard board, Cluster cluster) {
        return new FirstLook(board, cluster);
    }

    void end(@Disposes FirstLook look) {
        look.close();
    }

    @Produces
    @Singleton
    OtherCluster.All otherClusters(LockstepConfig config) {
        return new OtherCluster.All(config.clusters().entrySet().stream()
                .map(entry -> new OtherCluster(
                        clusterName(entry.getKey()),
                        entry.getValue().kubeconfig(),
                        entry.getValue().context()))
                .toList());
    }

    private static ClusterName clusterName(String name) {
        try {
            return new ClusterName(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("lockstep.clusters.\"" + name + "\": " + e.getMessage(), e);
        }
    }

    @Produces
    @Singleton
    Lookout lookout(Cluster cluster, Runs runs, Targets targets, InstantSource clock) {
        return new Lookout(cluster, runs, new Neighbours(targets, clock), clock);
    }

    @Produces
    @Singleton
    Operations operations(
            Plans plans,
            Runs runs,
            Lookout lookout,
            Targets targets,
            Cluster cluster,
            InstantSource clock,
            LockstepConfig config) {
        return new Operations(
                plans,
                runs,
                new Views(runs, lookout),
                new Explainer(targets, cluster, runs),
                clock,
                new ApprovalRules(config.approvals().allowAuthor()));
    }

    @Produces
    @Singleton
    Floors floors(Plans plans, Runs runs, InstantSource clock) {
        return new Floors(plans, runs, clock);
    }

    @Produces
    @Singleton
    Reconciliation reconciliation(Plans plans, Runs runs, Lookout lookout, Targets targets) {
        return new Reconciliation(plans, targets, new Views(runs, lookout));
    }

    @Produces
    @Singleton
    Testimonies testimonies(Plans plans, Runs runs, Targets targets) {
        return new Testimonies(plans, runs, targets);
    }

    @Produces
    @Singleton
    RunEngine engine(
            Runs runs,
            Lookout lookout,
            Targets targets,
            Operations operations,
            LockstepConfig config,
            InstantSource clock) {
        LockstepConfig.Engine engine = config.engine();
        // The name differs after a restart: what the former process held is not this one's.
        String holder = engine.holder().orElseGet(Wiring::hostName) + "-"
                + UUID.randomUUID().toString().substring(0, 8);
        RunEngine.Settings settings = new RunEngine.Settings(holder, engine.leaseTimeToLive(), engine.sweepInterval());
        return new RunEngine(runs, lookout, targets, operations, settings, clock);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "lockstep";
        }
    }
}
