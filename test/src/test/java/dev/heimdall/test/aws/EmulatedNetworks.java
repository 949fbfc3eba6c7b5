package dev.heimdall.test.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/** Networks of the emulator, as what connects them is told of them. */
record EmulatedNetworks(CustomResource function) {
  /** A network that no stack of ours has made, with so many route tables besides the main one. */
  Map<String, Object> given(String region, String addresses, int tables) {
    String vpc =
        function
            .call("ec2", "create_vpc", region, Map.of("CidrBlock", addresses))
            .at("/Vpc/VpcId")
            .asText();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < tables; i++) {
      ids.add(
          function
              .call("ec2", "create_route_table", region, Map.of("VpcId", vpc))
              .at("/RouteTable/RouteTableId")
              .asText());
    }
    return Map.of("Region", region, "Vpc", vpc, "Addresses", addresses, "RouteTables", ids);
  }

  /** The connections that a region has, which are not deleted. */
  List<JsonNode> connections(String region) {
    return StreamSupport.stream(
            function
                .call("ec2", "describe_vpc_peering_connections", region, Map.of())
                .get("VpcPeeringConnections")
                .spliterator(),
            false)
        .filter(one -> !one.at("/Status/Code").asText().equals("deleted"))
        .toList();
  }

  /** Where routes of a region lead by connections: destinations by route table. */
  Map<String, Set<String>> routes(String region) {
    Map<String, Set<String>> routes = new TreeMap<>();
    function
        .call("ec2", "describe_route_tables", region, Map.of())
        .get("RouteTables")
        .forEach(
            table ->
                table
                    .get("Routes")
                    .forEach(
                        route -> {
                          if (route.has("VpcPeeringConnectionId")) {
                            routes
                                .computeIfAbsent(
                                    table.get("RouteTableId").asText(), id -> new TreeSet<>())
                                .add(route.get("DestinationCidrBlock").asText());
                          }
                        }));
    return routes;
  }
}
