package dev.heimdall.cdk.network;

import java.util.List;

/**
 * Where things are put.
 *
 * @param vpc the network's id
 * @param subnets ids of private subnets, one for each zone
 */
public record Place(String vpc, List<String> subnets) {
  public Place {
    subnets = List.copyOf(subnets);
  }
}
