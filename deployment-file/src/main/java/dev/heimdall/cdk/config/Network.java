package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** The network of a region: one that is there, or one that is made. */
public record Network(
    @Setting("The network to use, such as `vpc-0abc`. None: one is made.") Optional<String> vpc,
    @Setting(
            value = "With `vpc`: a private subnet for each zone that gets nodes.",
            byDefault = "[]")
        List<String> subnets,
    @Setting(
            value =
                "The addresses of the network that is made. Others replace a network that is there,"
                    + " and all that is in it. With `vpc`, for `join` and `peered`: addresses of that"
                    + " network, with the subnets of nodes and databases in them.",
            otherwise =
                "without `vpc`: `10.40.0.0/16` in the first region of the file, in each other a"
                    + " network of its own such as `10.133.0.0/16`, which stays when regions are"
                    + " added",
            format = Format.NETWORK)
        Optional<Cidr> addresses,
    @Setting(
            value = "Without `vpc`: how many zones the network has.",
            byDefault = "3",
            range = "2..6")
        int zones,
    @Setting(
            value =
                "Without `vpc`: how many NAT gateways there are. 0 needs `endpoints`, and nodes"
                    + " reach nothing else then.",
            byDefault = "1",
            range = "1..6",
            zero = "none")
        int natGateways,
    @Setting(
            value =
                "Without `vpc`: make endpoints for the AWS services that nodes call, so that no call"
                    + " leaves.",
            byDefault = "false")
        boolean endpoints,
    @Setting(
            value =
                "Without `vpc`: routes of the nodes' subnets to other networks, by what is there"
                    + " already.",
            byDefault = "[]")
        List<NetworkRoute> routes,
    @Setting(
            value =
                "With `vpc`, for `join` `peering` and for `peered`: the route tables (`rtb-…`) of"
                    + " the subnets that nodes and databases are in, which get the routes to the"
                    + " other networks. None: the routes are yours to add.",
            byDefault = "[]")
        List<String> routeTables,
    @Setting(
            value =
                "Other networks of this region and account, such as those of the databases: each is"
                    + " connected with the nodes' by a VPC peering connection that the deployment"
                    + " makes, with routes on both sides, and sees the private zone of `routing`."
                    + " With `join` `peering` they are connected with the nodes of the other"
                    + " regions, too.",
            byDefault = "[]")
        List<PeeredNetwork> peered) {
  /**
   * True if the APIs of other regions can be reached: endpoints lead to those of the own region.
   */
  public boolean reachesOtherRegions() {
    return vpc.isPresent() || natGateways > 0;
  }

  public Network {
    subnets = List.copyOf(subnets);
    routes = List.copyOf(routes);
    routeTables = List.copyOf(routeTables);
    peered = List.copyOf(peered);
  }
}
