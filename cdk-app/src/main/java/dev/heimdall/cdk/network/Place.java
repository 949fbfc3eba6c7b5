package dev.heimdall.cdk.network;

import java.util.List;

/**
 * Where things are put.
 *
 * @param vpc the network's id
 * @param subnets ids of private subnets, one for each zone
 * @param networks the addresses of these subnets; none: they are not known here
 */
public record Place(String vpc, List<String> subnets, List<String> networks) {
  public Place {
    subnets = List.copyOf(subnets);
    networks = List.copyOf(networks);
  }
}
