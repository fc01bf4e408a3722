package dev.lockstep.ui;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Locks;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.plan.DatabaseName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Who waits for whom in a database, live. Reads only. */
@Path("/databases/{name}/locks")
@Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
@RolesAllowed({Viewer.VIEWER, Viewer.AUTHOR, Viewer.APPROVER, Viewer.ADMIN})
@RunOnVirtualThread
public class LocksPages {
    private final Locks locks;
    private final InstantSource clock;
    private final Audience audience;

    LocksPages(Locks locks, InstantSource clock, Audience audience) {
        this.locks = locks;
        this.clock = clock;
        this.audience = audience;
    }

    @GET
    public String locks(String name) {
        return Templates.locks(audience.frame("Locks in " + name), page(name)).render();
    }

    /** A database that does not answer is something to be shown: the page goes on asking. */
    private LocksPage page(String name) {
        try {
            return LocksPage.of(locks.now(new DatabaseName(name)));
        } catch (IllegalArgumentException e) {
            throw new NotFoundException(e);
        } catch (LockstepException e) {
            if (e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                return LocksPage.unseen(name, e.getMessage(), clock.instant());
            }
            throw e;
        }
    }

    @ServerExceptionMapper
    Response failed(LockstepException failure) {
        return PlanPages.trouble(Trouble.of(failure, "/"), audience);
    }
}
