package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;

/** Another network of the region, which the deployment connects with the nodes'. */
public record PeeredNetwork(
    @Setting(
            value = "The network, such as `vpc-0abc`, of the same region and account.",
            required = true)
        String vpc,
    @Setting(
            value =
                "Addresses of it, such as `10.8.0.0/16`, with the subnets of databases in them: what"
                    + " the nodes' subnets get a route to.",
            required = true,
            format = Format.NETWORK)
        Cidr addresses,
    @Setting(
            value =
                "Its route tables (`rtb-…`) that get a route to the nodes' network: those of the"
                    + " subnets of databases and clients. None: the routes are yours to add.",
            byDefault = "[]")
        List<String> routeTables) {
  public PeeredNetwork {
    routeTables = List.copyOf(routeTables);
  }
}
