package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * Every key that Lockstep itself knows. A key under {@code lockstep} that is not here, and a value that does not fit, stop
 * the start with the key's name. Where the store and the cluster are is said by Quarkus' own keys
 * ({@code quarkus.datasource.*}, {@code quarkus.kubernetes-client.*}).
 */
@ConfigMapping(prefix = "lockstep")
public interface LockstepConfig {
    /** The databases that plans may change, by the name that plans use ({@code spec.databaseRef.name}). */
    Map<String, Database> databases();

    /** Who may come in without an identity provider, by a name that the journal will show. */
    Map<String, Token> tokens();

    /** How runs are advanced. */
    Engine engine();

    /** Who may approve. */
    Approvals approvals();

    /** How the cluster is asked. */
    Kubernetes kubernetes();

    /** Clusters beside Lockstep's own, by the name that plans use ({@code spec.workloads[].cluster}). */
    Map<String, OtherCluster> clusters();

    /** The demonstration; {@code ./lockstep demo} sets these. */
    Demo demo();

    /** One database that plans may change. */
    interface Database {
        /** Its own address, not that of a connection pool in transaction mode: {@code jdbc:postgresql://host:5432/name}. */
        @Pattern(
                regexp = "jdbc:postgresql:.+",
                message = "must be a JDBC URL of PostgreSQL, jdbc:postgresql://host:5432/name")
        String url();

        /** The role to connect as: the owner of the tables, or a member of it, that sees every row. */
        @WithDefault("")
        Optional<String> username();

        /** JDBC URLs of its streaming replicas, whose sessions count for gates as much as the primary's; the same role. */
        Optional<List<String>> replicas();

        /**
         * What makes a backfill slower where its plan is silent, by the names of {@code backfill.limits} in plans; 0 means
         * that nobody looks.
         */
        Map<String, Integer> limits();

        /** Numbers of your own that make a backfill slower, by a name that is shown then. */
        Map<String, LimitQuery> limitQueries();

        /** Addresses whose answer makes a backfill slower, by a name that is shown then. */
        Map<String, LimitCheck> limitChecks();

        /** Its password; better from an environment variable or a mounted secret than from a file in a repository. */
        Optional<String> password();
    }

    /** A query that gives one number. */
    interface LimitQuery {
        /** It gives one row with one number, reads only, and has two seconds. */
        String sql();

        /** The number must not be above this; say either this or {@code least}. */
        Optional<Integer> most();

        /** The number must not be below this. */
        Optional<Integer> least();
    }

    /** An address that is asked by GET once a second; 200 to 299 means that a backfill may go on as it is. */
    interface LimitCheck {
        /** {@code http://} or {@code https://}; redirections are not followed. */
        String url();

        /** How long it may take to answer, 10 to 10,000. */
        @WithDefault("2000")
        int timeoutMilliseconds();
    }

    /** One static token. */
    interface Token {
        /** SHA-256 of the token, 64 hexadecimal digits: {@code printf %s "$TOKEN" | sha256sum}. */
        @Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be the SHA-256 of the token, 64 hexadecimal digits")
        String sha256();

        /** What it may do: any of viewer, author, approver, admin. */
        @NotEmpty
        List<Role> roles();

        /** Whether a person or a machine holds it; a machine never satisfies an approval. */
        @WithDefault("machine")
        Kind kind();
    }

    /** What somebody may do. */
    enum Role {
        VIEWER,
        AUTHOR,
        APPROVER,
        ADMIN
    }

    /** Who holds a token. */
    enum Kind {
        PERSON,
        MACHINE
    }

    /** How runs are advanced. */
    interface Engine {
        /** Whether this replica advances runs; one that does not still serves the API and the page. */
        @WithDefault("true")
        boolean enabled();

        /** This replica's name in leases and journals; the host's name unless it is set. */
        Optional<String> holder();

        /** How long another replica waits before it takes over from a dead one: 2 s to 5 min. */
        @WithDefault("5s")
        @NotNull
        @DurationMin(seconds = 2)
        @DurationMax(minutes = 5)
        Duration leaseTimeToLive();

        /** How often runs without a holder are looked for, besides being told of them: 100 ms to 1 min. */
        @WithDefault("1s")
        @NotNull
        @DurationMin(millis = 100)
        @DurationMax(minutes = 1)
        Duration sweepInterval();
    }

    /** Who may approve. */
    interface Approvals {
        /** Whether the author of a plan's revision counts as one of its approvers. */
        @WithDefault("false")
        boolean allowAuthor();
    }

    /** How the cluster is asked. */
    interface Kubernetes {
        /** The audience that the projected tokens of reporting pods are made for. */
        @WithDefault("lockstep")
        String reportAudience();

        /** The namespace that Lockstep itself runs in, from which the webhook keeps nothing out. */
        Optional<String> namespace();

        /**
         * Whether the objects of kind Interlock are kept up to date, for the ValidatingAdmissionPolicy that works while
         * Lockstep is down; their CustomResourceDefinition must be there.
         */
        @WithDefault("false")
        boolean interlockPolicy();

        /** Plans as MigrationPlan objects. */
        PlanObjects plans();
    }

    /** Plans as MigrationPlan objects, applied with kubectl or by a GitOps tool. */
    interface PlanObjects {
        /** Whether MigrationPlan and Database objects are taken; their definitions are in k8s/crds. */
        @WithDefault("false")
        boolean enabled();

        /** The namespaces whose objects count; all of them unless it is set. */
        Optional<List<String>> namespaces();

        /** Whether status is written by server-side apply, which every real API server knows. */
        @WithDefault("true")
        boolean serverSideApply();
    }

    /** A cluster beside Lockstep's own. */
    interface OtherCluster {
        /** A kubeconfig file that says how to reach it. */
        Path kubeconfig();

        /** The context in that file. */
        @NotEmpty
        String context();
    }

    /** The demonstration. */
    interface Demo {
        /** Whether the page and the API show the demonstration's own controls. */
        @WithDefault("false")
        boolean enabled();

        /** Whether the demonstration runs by itself, prints its report and ends. */
        @WithDefault("false")
        boolean auto();

        /** Where its database keeps its data. */
        Optional<String> directory();

        /** The port of its PostgreSQL; otherwise a free one, which stays the same. */
        Optional<Integer> databasePort();

        /** The port of its simulated cluster; otherwise a free one. */
        Optional<Integer> clusterPort();

        /** Its token, instead of one made up at the start. */
        Optional<String> token();

        /** Where the simulated cluster answers. */
        Optional<URI> clusterUrl();
    }
}
