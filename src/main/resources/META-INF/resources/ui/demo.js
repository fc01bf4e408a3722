// The demo's own panel: rolls shop-web out in the simulated cluster, and shows what its pods' requests came to.

const said = document.getElementById("rollout-said");
const ASK_EVERY = 1000;

function text(id, value) {
  document.getElementById(id).textContent = value;
}

function number(value) {
  return typeof value === "number" ? value.toLocaleString("en-US") : "–";
}

function sum(pods, of) {
  return pods.reduce((total, pod) => total + (pod[of] ?? 0), 0);
}

function ended(pod) {
  return pod.running === false;
}

// Pods of one ReplicaSet differ in their last part only.
function shortName(pod) {
  return pod.name?.slice(pod.name.lastIndexOf("-") + 1);
}

function row(pod) {
  const line = document.createElement("tr");
  const runs = (pod.version ?? "–") + (ended(pod) ? ", ended" : "");
  for (const [index, value] of [shortName(pod), runs, number(pod.requests), number(pod.failed)].entries()) {
    const cell = document.createElement(index === 0 ? "th" : "td");
    if (index === 0) {
      cell.scope = "row";
      cell.title = pod.name ?? "";
    }
    if (index > 1) {
      cell.className = "number";
    }
    cell.textContent = value ?? "–";
    line.append(cell);
  }
  return line;
}

async function traffic() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/demo/traffic", { cache: "no-store" });
      if (answer.ok) {
        show(await answer.json());
      }
    } catch {
      // The page says already that the connection is lost.
    }
  }
  setTimeout(traffic, ASK_EVERY);
}

function show(figures) {
  const pods = figures.pods ?? [];
  const longest = figures.longestMillis ?? pods.reduce((most, pod) => Math.max(most, pod.longestMillis ?? 0), 0);
  text("traffic-requests", number(figures.requests ?? sum(pods, "requests")));
  text("traffic-failed", number(figures.failed ?? sum(pods, "failed")));
  text("traffic-longest", Math.round(longest) + " ms");
  document.getElementById("traffic-pods").replaceChildren(...pods.toSorted((one, other) => ended(one) - ended(other)).map(row));
}

for (const button of document.querySelectorAll("[data-rollout]")) {
  button.disabled = false;
  button.addEventListener("click", async () => {
    const version = button.dataset.rollout;
    said.textContent = "Asking the cluster to roll out " + version + "…";
    try {
      const answer = await fetch("/demo/rollout", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ version }),
      });
      said.textContent = answer.ok
        ? "Rolling out " + version + ", one pod after the other."
        : "The cluster did not take " + version + " (HTTP " + answer.status + ").";
    } catch {
      said.textContent = "Nobody answered; try again.";
    }
  });
}
traffic();
