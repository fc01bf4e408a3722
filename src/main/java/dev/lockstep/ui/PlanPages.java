package dev.lockstep.ui;

import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.Testimonies;
import dev.lockstep.plan.PlanKey;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What people see: the list of plans, and one plan live. Reads only. */
@Path("/")
@Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
@RolesAllowed({Viewer.VIEWER, Viewer.AUTHOR, Viewer.APPROVER, Viewer.ADMIN})
@RunOnVirtualThread
public class PlanPages {
    private final Operations operations;
    private final Testimonies testimonies;
    private final InstantSource clock;
    private final Audience audience;
    private final boolean demo;
    private final Optional<String> clusterUrl;

    PlanPages(
            Operations operations,
            Testimonies testimonies,
            InstantSource clock,
            Audience audience,
            @ConfigProperty(name = "lockstep.demo.enabled", defaultValue = "false") boolean demo,
            @ConfigProperty(name = "lockstep.demo.cluster-url") Optional<String> clusterUrl) {
        this.operations = operations;
        this.testimonies = testimonies;
        this.clock = clock;
        this.audience = audience;
        this.demo = demo;
        this.clusterUrl = clusterUrl;
    }

    @GET
    public String plans() {
        Viewer viewer = audience.viewer();
        Instant now = clock.instant();
        List<PlanRow> rows = operations.list().stream()
                .map(view -> PlanRow.of(view, viewer, now))
                .toList();
        return Templates.plans(audience.frame("Plans"), rows).render();
    }

    @GET
    @Path("plans/{namespace}/{name}")
    public String plan(String namespace, String name) {
        PlanKey key = key(namespace, name);
        return Templates.plan(audience.frame(key.name()), page(key), demoPanel())
                .render();
    }

    /** The regions of the page that change, for the page to put in place. */
    @GET
    @Path("plans/{namespace}/{name}/live")
    public String live(String namespace, String name) {
        return Templates.live(page(key(namespace, name))).render();
    }

    /** Asks again before something that is not undone with another click. */
    @GET
    @Path("plans/{namespace}/{name}/{command:rollback|abort}")
    public String confirm(String namespace, String name, String command) {
        PlanKey key = key(namespace, name);
        Question question = PlanCommands.command(command)
                .flatMap(asked -> Question.of(asked, operations.view(key)))
                .orElseThrow(NotFoundException::new);
        return Templates.confirm(audience.frame(question.title()), question).render();
    }

    @ServerExceptionMapper
    Response failed(LockstepException failure) {
        return trouble(Trouble.of(failure, "/"), audience);
    }

    static Response trouble(Trouble trouble, Audience audience) {
        return Response.status(trouble.status())
                .type(MediaType.TEXT_HTML + ";charset=UTF-8")
                .entity(Templates.trouble(audience.frame(trouble.title()), trouble)
                        .render())
                .build();
    }

    /** A name that no plan can have is a plan that is not there. */
    static PlanKey key(String namespace, String name) {
        try {
            return new PlanKey(namespace, name);
        } catch (IllegalArgumentException e) {
            throw new NotFoundException(e);
        }
    }

    private Optional<DemoPanel> demoPanel() {
        return demo ? Optional.of(new DemoPanel(clusterUrl, audience.viewer().mayStart())) : Optional.empty();
    }

    private PlanPage page(PlanKey key) {
        PlanView view = operations.view(key);
        List<JournalEntry> journal = operations.journal(key, 0);
        PlanPage page = PlanPage.of(view, journal, outline(view), audience.viewer(), clock.instant());
        boolean lossy = page.approval().filter(form -> !form.losses().isEmpty()).isPresent();
        return lossy ? page.heard(testimonies.of(key)) : page;
    }

    /** Before the first start there is no script, so the plan is compiled on the spot; that may not be possible now. */
    private PlanPage.Outline outline(PlanView view) {
        if (view.run().isPresent()) {
            return new PlanPage.Outline.NotKnown("");
        }
        try {
            return new PlanPage.Outline.Known(
                    operations.explain(view.plan().document()).phases());
        } catch (LockstepException e) {
            return new PlanPage.Outline.NotKnown("What this plan would do cannot be said now. " + e.getMessage());
        }
    }
}
