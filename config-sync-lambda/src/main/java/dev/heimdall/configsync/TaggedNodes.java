package dev.heimdall.configsync;

import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.Ec2Query;
import dev.heimdall.routing.SideBySide;
import java.util.ArrayList;
import java.util.List;

/** The machines of a fleet, in one region or several, by a tag that has the fleet's name. */
final class TaggedNodes implements NodeDoor.Finder, AutoCloseable {
  /** A machine may say by this tag that its door has another port. */
  static final String PORT_TAG = "heimdall:http-port";

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
  public NodeDoor.Found find() {
    List<NodeDoor> doors = new ArrayList<>();
    List<AwsTrouble> troubles = new ArrayList<>();
    for (Ec2Query.Answer<Ec2Query.Machine> answer :
        SideBySide.ask(regions, region -> region.machines(tag, fleet))) {
      answer.found().forEach(machine -> doors.add(door(machine)));
      troubles.addAll(answer.troubles());
    }
    return new NodeDoor.Found(doors, troubles);
  }

  private NodeDoor door(Ec2Query.Machine machine) {
    String said = machine.tags().getOrDefault(PORT_TAG, "");
    int at = said.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(said) : port;
    return new NodeDoor(machine.id(), machine.address(), at);
  }

  @Override
  public void close() {
    regions.forEach(Ec2Query::close);
  }
}
