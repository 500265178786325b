import type { Provisioning } from "../../lib/cluster/provisioning";
import { l4 } from "./pools";

// Checked by the type checker (`npm run lint`): each line below must not compile without its comment.
const accepted: readonly Provisioning[] = [
  { model: "on-demand", minNodes: 1, maxNodes: 2 },
  { model: "flex-start", maxNodes: 2, maxRunHours: 24 },
  { model: "reservation", reservation: { affinity: "specific", name: "a100" }, maxNodes: 2 },
  { model: "reservation", reservation: { affinity: "any" }, maxNodes: 2 },
];

const refused = () => [
  // @ts-expect-error flex-start pools start from none
  l4({ provisioning: { model: "flex-start", minNodes: 1, maxNodes: 2 } }),
  // @ts-expect-error a queue asks for the nodes: no minimum
  l4({ provisioning: { model: "queued", minNodes: 1, maxNodes: 2 } }),
  // @ts-expect-error a finite maximum is always required
  l4({ provisioning: { model: "spot" } }),
  // @ts-expect-error spot capacity is not reserved
  l4({ provisioning: { model: "spot", maxNodes: 2, reservation: { affinity: "any" } } }),
  // @ts-expect-error only flex-start nodes have a longest run
  l4({ provisioning: { model: "on-demand", maxNodes: 2, maxRunHours: 24 } }),
  // @ts-expect-error a reservation pool says which reservation
  l4({ provisioning: { model: "reservation", maxNodes: 2 } }),
  // @ts-expect-error a specific reservation has a name
  l4({ provisioning: { model: "reservation", reservation: { affinity: "specific" }, maxNodes: 2 } }),
  // @ts-expect-error any reservation has none
  l4({ provisioning: { model: "reservation", reservation: { affinity: "any", name: "a100" }, maxNodes: 2 } }),
  // @ts-expect-error Google has no such model
  l4({ provisioning: { model: "preemptible", maxNodes: 2 } }),
  // @ts-expect-error partitions are not shared among clients
  l4({ sharing: { strategy: "mig", partition: "1g.5gb", clients: 2 } }),
  // @ts-expect-error blue-green knows no surge
  l4({ upgrade: { strategy: "blue-green", maxSurge: 1 } }),
];

it("illegal combinations do not compile, legal ones do", () => {
  expect(accepted).toHaveLength(4);
  expect(refused).toBeDefined();
});
