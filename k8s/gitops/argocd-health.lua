-- Argo CD's health of a MigrationPlan. What it says follows from conditions alone, so that it stays true when states are added.
local health = { status = "Progressing", message = "Lockstep has not seen this plan yet" }
if obj.status == nil or obj.status.conditions == nil then
  return health
end
if obj.metadata.generation ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  health.message = "Lockstep has not seen this generation of the plan yet"
  return health
end
local is = {}
for _, condition in ipairs(obj.status.conditions) do
  is[condition.type] = condition
end
if is.Stalled ~= nil and is.Stalled.status == "True" then
  return { status = "Degraded", message = is.Stalled.message }
end
-- True as well at the phase that the annotation lockstep.dev/healthy-at names, so that later sync waves can go on.
if is.Ready ~= nil and is.Ready.status == "True" then
  return { status = "Healthy", message = is.Ready.message }
end
if obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = obj.status.message or "Suspended" }
end
health.message = obj.status.message or "The plan goes on"
return health
