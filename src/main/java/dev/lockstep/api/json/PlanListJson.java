package dev.lockstep.api.json;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** All plans, by namespace and name; without what their workloads run. */
@Schema(name = "PlanList")
public record PlanListJson(List<PlanJson> plans) {}
