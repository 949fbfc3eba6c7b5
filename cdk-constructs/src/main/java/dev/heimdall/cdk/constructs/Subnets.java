package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SelectedSubnets;
import software.amazon.awscdk.services.ec2.SubnetSelection;

/** Selection of a network's subnets. */
final class Subnets {
  private Subnets() {}

  /** Their ids: those that were chosen, or a private one of each zone. */
  static List<String> ids(IVpc vpc, Optional<SubnetSelection> chosen) {
    // A network would ask them for their zones, which those do not know that are imported by id.
    if (chosen.isPresent() && chosen.get().getSubnets() != null) {
      return chosen.get().getSubnets().stream().map(ISubnet::getSubnetId).toList();
    }
    SelectedSubnets subnets =
        vpc.selectSubnets(chosen.orElseGet(() -> SubnetSelection.builder().onePerAz(true).build()));
    // With addresses of the internet, or without a way out: nodes have neither there.
    FleetChecks.require(
        chosen.isPresent() || !subnets.getHasPublic(),
        "vpcSubnets",
        "none chosen, and the network has public subnets only",
        "private subnets with a way to AWS, by NAT or endpoints");
    FleetChecks.require(
        !subnets.getSubnetIds().isEmpty(), "vpcSubnets", "none", "at least one subnet");
    return subnets.getSubnetIds();
  }
}
