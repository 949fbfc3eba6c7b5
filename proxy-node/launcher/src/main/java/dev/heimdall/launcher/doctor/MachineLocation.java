package dev.heimdall.launcher.doctor;

import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.instance.Instance;
import dev.heimdall.routing.instance.InstanceMetadata;
import dev.heimdall.routing.instance.MetadataException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Location of this machine in its network, by its instance's metadata: routes and security groups
 * refer to it.
 *
 * @param instance empty: the metadata were not to be had, or were not read
 * @param subnet of its first network interface; empty as the instance
 * @param vpc that subnet's
 * @param groups its security groups
 * @param role the role that it has; empty: none
 * @param trouble why the metadata were not to be had
 */
public record MachineLocation(
    Optional<Instance> instance,
    String subnet,
    String vpc,
    List<String> groups,
    Optional<String> role,
    Optional<String> trouble) {
  private static final String INTERFACES = "network/interfaces/macs/";

  public MachineLocation {
    groups = List.copyOf(groups);
  }

  /** Location that was not looked up. */
  public static MachineLocation unknown() {
    return new MachineLocation(
        Optional.empty(), "", "", List.of(), Optional.empty(), Optional.empty());
  }

  /** Asks the instance; waits for it, for a moment. */
  public static MachineLocation of(Map<String, String> environment) {
    Optional<InstanceMetadata> service = InstanceMetadata.ofMachine(environment);
    if (service.isEmpty()) {
      return unknown();
    }
    InstanceMetadata metadata = service.get();
    try {
      Instance instance = metadata.instance();
      String first = metadata.read(INTERFACES).flatMap(macs -> macs.lines().findFirst()).orElse("");
      String at = INTERFACES + first.replace("/", "");
      return new MachineLocation(
          Optional.of(instance),
          metadata.read(at + "/subnet-id").orElse(""),
          metadata.read(at + "/vpc-id").orElse(""),
          metadata.securityGroups(),
          metadata
              .read("iam/security-credentials/")
              .flatMap(roles -> roles.lines().findFirst())
              .filter(role -> !role.isBlank()),
          Optional.empty());
    } catch (MetadataException e) {
      return new MachineLocation(
          Optional.empty(),
          "",
          "",
          List.of(),
          Optional.empty(),
          Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** Start of a route, where it is known. */
  private Optional<String> from() {
    return subnet.isEmpty() ? Optional.empty() : Optional.of(subnet + " in " + vpc);
  }

  private String group() {
    return groups.isEmpty() ? "this machine" : String.join(", ", groups);
  }

  /** Requirements for reaching a service of AWS; empty: they are not known here. */
  String wayTo(AwsService service) {
    if (from().isEmpty() || instance.isEmpty()) {
      return "";
    }
    String nat = ", or to a NAT gateway";
    return switch (service.endpoint()) {
      case GATEWAY ->
          ". From %s there has to be a route to the gateway endpoint %s"
                  .formatted(from().get(), service.endpointName(instance.get().region()))
              + nat;
      case INTERFACE ->
          ". From %s there has to be the interface endpoint %s with private DNS names, whose security group lets %s in at port 443, or a route to a NAT gateway"
              .formatted(from().get(), service.endpointName(instance.get().region()), group());
      case NONE -> ". From %s there has to be a route to a NAT gateway".formatted(from().get());
    };
  }

  /** Requirements for reaching a server. */
  String wayTo(ServerAddress server) {
    return from()
        .map(
            from ->
                "its security group has to let %s in at port %d, and there has to be a route to it from %s"
                    .formatted(group(), server.port(), from))
        .orElse("does its security group let this machine in?");
  }
}
