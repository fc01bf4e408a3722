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
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes events beside an object. The same word about the same object is one event that counts; an entry of a journal
 * counts once, whichever replicas tell of it. An event that cannot be written is lost, and logged: what it told is in the
 * status and the journal, too.
 */
final class Announcer {
    private static final System.Logger LOG = System.getLogger(Announcer.class.getName());

    /** The API refuses longer notes. */
    private static final int MOST_CHARACTERS = 1_000;

    private static final String COMPONENT = "lockstep";

    /** The annotation with the newest entry that an event counts. */
    private static final String NEWEST = "lockstep.dev/entry";

    private static final Pattern NEWEST_FORM = Pattern.compile("(.+)/([0-9]{1,18})");

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

    /** A place in a run's journal. */
    record Entry(String run, long sequence) {}

    void say(HasMetadata about, Announcement announcement) {
        say(about, announcement, Map.of());
    }

    /** Says what an entry says, unless it has been said. */
    void say(HasMetadata about, Announcement announcement, Entry entry) {
        say(about, announcement, Map.of(NEWEST, entry.run() + "/" + entry.sequence()));
    }

    private void say(HasMetadata about, Announcement announcement, Map<String, String> annotations) {
        try {
            Event event = event(about, announcement, annotations);
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
                .edit(known -> counts(known, event)
                        ? known
                        : new EventBuilder(known)
                                .editMetadata()
                                .addToAnnotations(event.getMetadata().getAnnotations())
                                .endMetadata()
                                .withCount(Optional.ofNullable(known.getCount()).orElse(1) + 1)
                                .withLastTimestamp(event.getLastTimestamp())
                                .build());
    }

    /** Whether what is to be told is among what an event tells of already. */
    private static boolean counts(Event known, Event said) {
        return entry(known)
                .flatMap(newest -> entry(said)
                        .filter(entry -> entry.run().equals(newest.run()) && entry.sequence() <= newest.sequence()))
                .isPresent();
    }

    private static Optional<Entry> entry(Event event) {
        return Optional.ofNullable(event.getMetadata().getAnnotations())
                .flatMap(annotations -> Optional.ofNullable(annotations.get(NEWEST)))
                .map(NEWEST_FORM::matcher)
                .filter(Matcher::matches)
                .map(form -> new Entry(form.group(1), Long.parseLong(form.group(2))));
    }

    private Event event(HasMetadata about, Announcement announcement, Map<String, String> annotations) {
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
                .withAnnotations(annotations)
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
