package dev.heimdall.cdk.network;

import java.util.List;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Subnet;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.constructs.Construct;

/**
 * Network placement of resources.
 *
 * @param network the network
 * @param zones private subnets, one for each zone
 * @param networks the addresses of these subnets; none: they are not known here
 */
public record Place(IVpc network, List<ISubnet> zones, List<String> networks) {
  public Place {
    zones = List.copyOf(zones);
    networks = List.copyOf(networks);
  }

  /** A network that is there, by its id and those of its subnets. */
  public static Place given(Construct scope, String vpc, List<String> subnets) {
    Construct given = new Construct(scope, "GivenNetwork");
    // The library wants a zone at least; nothing here asks for it.
    return new Place(
        Vpc.fromVpcAttributes(
            given,
            "Vpc",
            VpcAttributes.builder()
                .vpcId(vpc)
                .availabilityZones(OwnNetwork.zones().subList(0, 1))
                .build()),
        subnets.stream().map(subnet -> subnet(given, subnet)).toList(),
        List.of());
  }

  private static ISubnet subnet(Construct scope, String id) {
    ISubnet subnet = Subnet.fromSubnetId(scope, id, id);
    // Nothing here asks for its route table.
    Annotations.of(subnet).acknowledgeWarning("@aws-cdk/aws-ec2:noSubnetRouteTableId");
    return subnet;
  }

  /** The network's id. */
  public String vpc() {
    return network.getVpcId();
  }

  /** Ids of the subnets. */
  public List<String> subnets() {
    return zones.stream().map(ISubnet::getSubnetId).toList();
  }

  /** The subnets, as constructs are told them. */
  public SubnetSelection selection() {
    return SubnetSelection.builder().subnets(zones).build();
  }
}
