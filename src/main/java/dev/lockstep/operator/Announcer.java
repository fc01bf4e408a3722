package dev.lockstep.operator;

import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes events beside an object. The same word about the same object is one event that counts, also when several replicas
 * say it. An event that cannot be written is lost, and logged: what it told is in the status and the journal, too.
 */
final class Announcer {
    private static final System.Logger LOG = System.getLogger(Announcer.class.getName());

    /** The API refuses longer notes. */
    private static final int MOST_CHARACTERS = 1_000;

    private static final String COMPONENT = "lockstep";

    private final KubernetesClient client;
    private final InstantSource clock;

    Announcer(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * Something to say.
     *
     * @param warning whether somebody should look
     */
    record Announcement(boolean warning, String reason, String message) {
        static Announcement normal(String reason, String message) {
            return new Announcement(false, reason, message);
        }

        static Announcement warning(String reason, String message) {
            return new Announcement(true, reason, message);
        }
    }

    void say(HasMetadata about, Announcement announcement) {
        try {
            Event event = event(about, announcement);
            try {
                client.resource(event).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                countOneMore(event);
            }
        } catch (KubernetesClientException e) {
            LOG.log(
                    WARNING,
                    "plan={0}/{1} the event {2} could not be written: {3}",
                    about.getMetadata().getNamespace(),
                    about.getMetadata().getName(),
                    announcement.reason(),
                    e.getMessage());
        }
    }

    private void countOneMore(Event event) {
        client.v1()
                .events()
                .inNamespace(event.getMetadata().getNamespace())
                .withName(event.getMetadata().getName())
                .edit(known -> new EventBuilder(known)
                        .withCount(Optional.ofNullable(known.getCount()).orElse(1) + 1)
                        .withLastTimestamp(event.getLastTimestamp())
                        .build());
    }

    private Event event(HasMetadata about, Announcement announcement) {
        String at = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String message = announcement.message().length() <= MOST_CHARACTERS
                ? announcement.message()
                : announcement.message().substring(0, MOST_CHARACTERS) + "…";
        String identity = about.getMetadata().getUid() + "/" + announcement.reason() + "/" + message;
        String hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 13);
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName() + "." + hash)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(announcement.warning() ? "Warning" : "Normal")
                .withReason(announcement.reason())
                .withMessage(message)
                .withFirstTimestamp(at)
                .withLastTimestamp(at)
                .withCount(1)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .withReportingInstance(COMPONENT)
                .build();
    }
}
