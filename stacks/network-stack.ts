import type { Construct } from "constructs";
import { MACHINES } from "../lib/catalog/machines";
import type { NodePoolConfig } from "../lib/cluster";
import { Problems, type NodeNetworkRef } from "../lib/core";
import { GpuFabric, PlatformNetwork, fabricSubnetCount, type PlatformNetworkConfig } from "../lib/network";
import { PlatformStack, type PlatformStackProps } from "./platform-stack";

/** What of a node pool decides its networks. */
export type PoolNetworking = Pick<NodePoolConfig, "name" | "machine" | "zones" | "fabric">;

export interface NetworkStackProps extends PlatformStackProps {
  readonly network: PlatformNetworkConfig;
  /** Pools whose machines may need fabrics. */
  readonly pools: readonly PoolNetworking[];
}

/** The VPC with all that nodes need, and a fabric for each machine and zone whose GPUs talk over networks of their own. */
export class NetworkStack extends PlatformStack {
  readonly network: PlatformNetwork;
  /** Additional networks of a pool's nodes, by the pool's name. */
  readonly nodeNetworks: ReadonlyMap<string, readonly NodeNetworkRef[]>;

  /** @throws ConfigError with the failures of all its constructs; paths as in the environment file */
  constructor(scope: Construct, props: NetworkStackProps) {
    super(scope, "network", props);
    const problems = new Problems();
    const wanted = props.pools.flatMap((pool, index) => this.fabricFor(pool, index, problems));
    const fabrics = new Map(wanted.map((fabric) => [fabric.key, fabric]));
    const needed = [...fabrics.values()].reduce((sum, { machine }) => sum + fabricSubnetCount(machine), 0);
    const network = problems.attempt("network", () => {
      const fabricSubnets = Math.max(needed, props.network.fabricSubnets ?? 0);
      return new PlatformNetwork(this, "network", { ...props.network, fabricSubnets });
    });
    const made = new Map<string, GpuFabric>();
    let firstSubnet = 0;
    for (const { key, machine, zone, path } of network ? fabrics.values() : []) {
      const fabric = problems.attempt(path, () => {
        return new GpuFabric(this, `fabric-${key}`, { machine, zone, range: network!.fabricRange!, firstSubnet });
      });
      if (fabric) made.set(key, fabric);
      firstSubnet += fabricSubnetCount(machine);
    }
    problems.throwIfAny(this.node.path);
    this.network = network!;
    this.nodeNetworks = new Map(wanted.map(({ pool, key }) => [pool, made.get(key)!.nodeNetworks]));
  }

  private fabricFor(pool: PoolNetworking, index: number, problems: Problems): WantedFabric[] {
    const path = `cluster.pools[${index}]`;
    const spec = MACHINES[pool.machine];
    // What the provider cannot express, the pool itself refuses.
    if (!spec?.fabric || pool.fabric === "none" || spec.providerCapability !== undefined) return [];
    const [zone, ...more] = pool.zones ?? this.environment.zones;
    if (more.length === 0)
      return [{ pool: pool.name, key: `${spec.family}-${zone}`, machine: pool.machine, zone: zone!, path }];
    problems.add(path, [
      {
        code: "one-zone",
        path: "zones",
        message: `must be exactly one zone: the fabric of ${pool.machine} lies in one`,
        got: [zone, ...more],
        allowed: "1 zone",
        fix: 'name the zone that has your capacity, or set fabric to "none" to do without',
      },
    ]);
    return [];
  }
}

interface WantedFabric {
  readonly pool: string;
  readonly key: string;
  readonly machine: string;
  readonly zone: string;
  readonly path: string;
}
