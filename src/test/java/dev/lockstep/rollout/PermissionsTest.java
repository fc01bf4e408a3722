package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The roles in k8s/ against what Lockstep really asks the API server: neither less nor more. */
class PermissionsTest {
    static final Path CLUSTER_WIDE = Path.of("k8s/components/cluster-wide/rbac.yaml");
    private static final Path SINGLE_NAMESPACE = Path.of("k8s/overlays/single-namespace/role.yaml");
    static final Path POLICY = Path.of("k8s/components/admission-policy/rbac.yaml");

    private final ApiServer cluster = new ApiServer();
    private final KubernetesCluster watched =
            new KubernetesCluster(cluster.client(), InstantSource.system(), RolloutSettings.standard());

    @AfterEach
    void stop() {
        watched.close();
        cluster.close();
    }

    @Test
    void roleGrantsWhatIsAskedAndNothingElse() throws Exception {
        List<WorkloadSpec> workloads = everyKind();
        Deployment deployment = cluster.put(Shop.deployment("1.5.0", 1));
        ReplicaSet set = cluster.put(Shop.replicaSet("shop-web-1", deployment, "1.5.0"));

        watched.observe(workloads, Freshness.WATCHED);
        watched.observe(workloads, Freshness.LIVE);
        Owners owners = new Owners(cluster.client());
        for (String kind : List.of("ReplicaSet apps/v1", "Job batch/v1", "Experiment argoproj.io/v1alpha1")) {
            var reference = Shop.reference(set);
            reference.setUid(kind);
            reference.setKind(kind.split(" ", -1)[0]);
            reference.setApiVersion(kind.split(" ", -1)[1]);
            owners.behind("shop", reference);
        }
        ask(() -> watched.authenticate("a-token"));

        Set<String> asked = new TreeSet<>();
        await("every watch has been begun").atMost(Duration.ofSeconds(10)).until(() -> {
            asked.addAll(recorded());
            return asked.containsAll(granted(CLUSTER_WIDE).stream()
                    .filter(right -> right.startsWith("watch"))
                    .toList());
        });
        assertThat(asked).as("asked, and not granted").isSubsetOf(granted(CLUSTER_WIDE));
        assertThat(granted(CLUSTER_WIDE)).as("granted, and never asked").isSubsetOf(asked);
        assertThat(granted(SINGLE_NAMESPACE))
                .as("what one namespace's Role can grant of it")
                .isEqualTo(new TreeSet<>(asked.stream()
                        .filter(right -> !right.contains("nodes") && !right.contains("tokenreviews"))
                        .toList()));
    }

    @Test
    void policysRoleGrantsWhatItsWriterAsks() throws Exception {
        Notices board = new Notices();
        InterlockWriter writer = new InterlockWriter(cluster.client(), board);
        board.floor(">=1.5.0");
        assertThat(writer.write()).isEqualTo(1);
        board.floor(">=1.6.0");
        assertThat(writer.write()).isEqualTo(1);

        Set<String> asked = recorded();
        assertThat(asked).isEqualTo(granted(POLICY));
    }

    @Test
    void writesOnlyWhatHasChangedAndNeverOverSomebodyElsesNewerWord() {
        Notices board = new Notices();
        InterlockWriter writer = new InterlockWriter(cluster.client(), board);
        assertThat(writer.write()).isZero();
        board.floor(">=1.5.0");
        assertThat(writer.write()).isEqualTo(1);
        assertThat(writer.write()).as("the same again").isZero();
        board.floor(">=1.6.0");
        // Another replica writes between this one's look at the cluster and its own word.
        board.meanwhile = Optional.of(() -> {
            board.floor(">=1.7.0");
            assertThat(new InterlockWriter(cluster.client(), board).write()).isEqualTo(1);
            board.floor(">=1.6.0");
            board.afterwards = Optional.of(">=1.7.0");
        });

        writer.write();

        assertThat(cluster.client()
                        .genericKubernetesResources(InterlockWriter.INTERLOCKS)
                        .inNamespace("shop")
                        .withName("lockstep")
                        .get()
                        .<String>get("spec", "rules", 0, "message"))
                .contains("It must be >=1.7.0");
        board.nothing();
        assertThat(writer.write()).isEqualTo(1);
        assertThat(writer.write()).isZero();
    }

    private static void ask(Runnable question) {
        try {
            question.run();
        } catch (LockstepException _) {
            // The simulated server has no token reviews; that it was asked is what counts.
        }
    }

    private Set<String> recorded() throws InterruptedException {
        Set<String> rights = new TreeSet<>();
        RecordedRequest request = cluster.server().takeRequest(200, TimeUnit.MILLISECONDS);
        while (request != null) {
            right(request).ifPresent(rights::add);
            request = cluster.server().takeRequest(200, TimeUnit.MILLISECONDS);
        }
        return rights;
    }

    /** {@code verb resource.group}, as RBAC sees a request; creations by this test itself are left out. */
    private static Optional<String> right(RecordedRequest request) {
        URI uri = URI.create(request.getPath());
        List<String> parts = List.of(uri.getPath().substring(1).split("/", -1));
        boolean core = parts.getFirst().equals("api");
        String group = core ? "" : parts.get(1);
        List<String> rest = parts.subList(core ? 2 : 3, parts.size());
        List<String> resource = rest.getFirst().equals("namespaces") ? rest.subList(2, rest.size()) : rest;
        boolean named = resource.size() > 1;
        String query = Optional.ofNullable(uri.getQuery()).orElse("");
        String verb = switch (request.getMethod()) {
            case "GET" -> query.contains("watch=true") ? "watch" : named ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            default -> "delete";
        };
        return verb.equals("create") && group.equals("apps")
                ? Optional.empty()
                : Optional.of(verb + " " + resource.getFirst() + "." + group);
    }

    static Set<String> granted(Path file) throws IOException {
        Set<String> rights = new TreeSet<>();
        YAMLMapper yaml = new YAMLMapper();
        try (var documents = yaml.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
            while (documents.hasNext()) {
                for (JsonNode rule : documents.next().path("rules")) {
                    rule.path("apiGroups")
                            .forEach(group -> rule.path("resources")
                                    .forEach(resource -> rule.path("verbs")
                                            .forEach(verb -> rights.add(
                                                    verb.asText() + " " + resource.asText() + "." + group.asText()))));
                }
            }
        }
        return rights;
    }

    private static List<WorkloadSpec> everyKind() {
        return Stream.concat(
                        Stream.of(Runner.Kind.values())
                                .map(kind -> new Runner.Controller(kind, Runner.Place.here("shop"), "shop-web")),
                        Stream.of(new Runner.Pods(
                                Runner.Place.here("shop"), new PodSelector(Map.of("app", "x"), List.of()))))
                .map(runner -> new WorkloadSpec(
                        new WorkloadName(
                                "w" + Integer.toHexString(runner.object().hashCode())),
                        runner,
                        Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                        EvidenceSpec.standard()))
                .toList();
    }

    /** What plans say, made up; something may happen between two looks. */
    private static final class Notices implements InterlockBoard {
        private static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");
        private List<Notice> notices = List.of();
        private Optional<Runnable> meanwhile = Optional.empty();
        private Optional<String> afterwards = Optional.empty();

        void nothing() {
            notices = List.of();
        }

        void floor(String range) {
            notices = List.of(new Notice(
                    new DatabaseName("shop"),
                    new LivePlan(
                            new PlanKey("shop", "rename-users-name"),
                            new PhaseName("contract"),
                            List.of(new WorkloadSpec(
                                    new WorkloadName("web"),
                                    Runner.Kind.DEPLOYMENT,
                                    "shop",
                                    "shop-web",
                                    Map.of(Milestone.NEW_ONLY, new Versions.Range(range)),
                                    EvidenceSpec.standard())),
                            EnumSet.allOf(Milestone.class),
                            Optional.of(Milestone.NEW_ONLY)),
                    NOW,
                    Optional.empty()));
        }

        @Override
        public Posting read() {
            return new Posting(notices, NOW, Optional.empty());
        }

        @Override
        public Posting fresh() {
            Optional<Runnable> now = meanwhile;
            meanwhile = Optional.empty();
            if (now.isPresent()) {
                now.get().run();
                Posting stale = read();
                afterwards.ifPresent(this::floor);
                return stale;
            }
            return read();
        }

        @Override
        public Optional<Notice> now(Notice notice) {
            return Optional.of(notice);
        }
    }
}
