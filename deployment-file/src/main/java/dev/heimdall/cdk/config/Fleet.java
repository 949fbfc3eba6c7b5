package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The proxy nodes of a region: a group in each zone, behind one load balancer. */
public record Fleet(
    @Setting(
            value = "The ports of the virtual databases, which clients connect to.",
            required = true,
            range = "1..65535")
        List<Integer> ports,
    @Setting(
            value =
                "The networks that clients are in, at least one unless there are `clientGroups`."
                    + " Nobody else reaches the ports.",
            byDefault = "[]",
            format = Format.NETWORK)
        List<Cidr> clients,
    @Setting(
            value =
                "Security groups of clients, in the region's network or one that is peered with it:"
                    + " who has one reaches the ports, too.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> clientGroups,
    @Setting(
            value = "The port of the nodes' HTTP endpoint (`http.port` in their `node.json`).",
            byDefault = "5059",
            range = "1..65535")
        int httpPort,
    @Setting(value = "What the nodes' processors are.", byDefault = "arm64")
        Architecture architecture,
    @Setting(
            value = "The type of the instances.",
            otherwise = "`c7g.large`, or `c7i.large` with `x86_64`")
        Optional<String> instanceType,
    @Setting(
            value =
                "Types to use, in this order, in a zone that does not sell `instanceType` or has"
                    + " none left. Without `instanceType` and these: `c6g.large` and `m7g.large`, or"
                    + " `c6i.large` and `m7i.large` with `x86_64`.",
            byDefault = "[]")
        List<String> otherTypes,
    @Setting(
            value = "The parameter of Systems Manager that names the image.",
            otherwise = "that of the newest Amazon Linux 2023")
        Optional<String> imageParameter,
    @Setting(
            value = "The archive of the release, as `cdk-app/release` makes it.",
            byDefault = "cdk-app/target/heimdall-release.tar.gz")
        String release,
    @Setting(
            value =
                "Fewest nodes of a zone. 0 makes all but the nodes: for the first deployment, ahead"
                    + " of their configuration.",
            byDefault = "1",
            range = "0..100")
        int fewest,
    @Setting(value = "Most nodes of a zone.", byDefault = "4", range = "1..100") int most,
    @Setting(
            value = "The load of the processors, in percent, that a zone's group is scaled for.",
            byDefault = "50",
            range = "10..90")
        int targetLoad,
    @Setting(
            value = "How long a connection may be silent before the load balancer forgets it.",
            byDefault = "1h",
            range = "60s..6000s")
        Duration idleTimeout,
    @Setting(
            value =
                "How long the connections of a node that goes away, or is ill, may live on. Longer"
                    + " than the node's own `drainTimeout`.",
            byDefault = "5m",
            range = "30s..1h")
        Duration drain,
    @Setting(
            value = "Which zone's nodes a client inside the network is led to.",
            byDefault = "mostly-own-zone")
        ClientZones clientZones,
    @Setting(
            value =
                "Whether the region's stack and its load balancer resist being deleted: `cdk"
                    + " destroy` is refused until `false` has been deployed.",
            byDefault = "true")
        boolean protect,
    @Setting(
            value =
                "Policies of IAM (ARNs) that the nodes' role has besides its own, such as"
                    + " `arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore` for Session"
                    + " Manager.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> managedPolicies) {
  public Fleet {
    ports = List.copyOf(ports);
    clients = List.copyOf(clients);
    clientGroups = List.copyOf(clientGroups);
    otherTypes = List.copyOf(otherTypes);
    managedPolicies = List.copyOf(managedPolicies);
  }
}
