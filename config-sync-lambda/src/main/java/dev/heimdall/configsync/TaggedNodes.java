package dev.heimdall.configsync;

import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.Ec2Query;
import dev.heimdall.routing.SideBySide;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The machines of a fleet, in one region or several, by a tag that has the fleet's name. */
final class TaggedNodes implements NodeEndpoint.Finder, AutoCloseable {
  /** A machine may say by this tag that its door has another port. */
  static final String PORT_TAG = "heimdall:http-port";

  /** And by this one where it reads topology documents: a bucket in its own region. */
  static final String STORE_TAG = "heimdall:topology";

  /** No options: who may tag machines names a bucket, and nothing else. */
  private static final Pattern STORE =
      Pattern.compile("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*");

  private final List<Ec2Query> regions;
  private final String tag;
  private final String fleet;
  private final int port;

  /**
   * @param port of a node's HTTP endpoint, where its machine does not say another one
   */
  TaggedNodes(List<Ec2Query> regions, String tag, String fleet, int port) {
    this.regions = List.copyOf(regions);
    this.tag = tag;
    this.fleet = fleet;
    this.port = port;
  }

  @Override
  public NodeEndpoint.Found find() {
    List<NodeEndpoint> doors = new ArrayList<>();
    Set<String> stores = new TreeSet<>();
    List<AwsTrouble> troubles = new ArrayList<>();
    for (Ec2Query.Answer<Ec2Query.Machine> answer :
        SideBySide.ask(regions, region -> region.machines(tag, fleet))) {
      for (Ec2Query.Machine machine : answer.found()) {
        doors.add(door(machine));
        String said = machine.tags().getOrDefault(STORE_TAG, "");
        if (STORE.matcher(said).matches()) {
          stores.add(said);
        }
      }
      troubles.addAll(answer.troubles());
    }
    return new NodeEndpoint.Found(doors, stores, troubles);
  }

  private NodeEndpoint door(Ec2Query.Machine machine) {
    String said = machine.tags().getOrDefault(PORT_TAG, "");
    int at = said.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(said) : port;
    return new NodeEndpoint(machine.id(), machine.address(), at);
  }

  @Override
  public void close() {
    regions.forEach(Ec2Query::close);
  }
}
