package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Database;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.join.Peering;
import dev.heimdall.cdk.values.PortRule;
import dev.heimdall.model.Cidr;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;

/** Rules that let nodes in at the databases for which the file names a security group. */
public final class DatabaseRules {
  private DatabaseRules() {}

  /**
   * Adds the rules. Named by group and port: those of two databases that share both would collide.
   *
   * @param joined the addresses of the nodes of other regions
   * @param ways to networks that databases may be in: a rule of a group there can name that of the
   *     nodes once they are connected
   */
  public static void of(HeimdallFleet fleet, Region region, List<Cidr> joined, List<Peering> ways) {
    Set<String> done = new HashSet<>();
    for (Database database : region.databases()) {
      if (database.securityGroup().isEmpty()) {
        continue;
      }
      String group = database.securityGroup().get();
      String id = "Database" + group.replace("-", "") + "At" + database.port();
      if (done.add(id)) {
        CfnSecurityGroupIngress rule =
            RegionFleet.letIn(
                fleet,
                id,
                "Heimdall nodes",
                group,
                database.port(),
                fleet.getNodeSecurityGroupId());
        ways.forEach(way -> way.precedes(rule));
        // A rule cannot name the security group of another region's nodes.
        for (Cidr network : joined) {
          PortRule.into(
                  fleet,
                  id + "From" + network.toString().replaceAll("[./]", "x"),
                  group,
                  "Heimdall nodes of another region",
                  database.port())
              .cidrIp(network.toString())
              .build();
        }
      }
    }
  }
}
