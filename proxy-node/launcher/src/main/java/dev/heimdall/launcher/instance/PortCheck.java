package dev.heimdall.launcher.instance;

import dev.heimdall.engine.boot.Node;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.instance.InstanceMetadata;
import dev.heimdall.routing.instance.MetadataException;
import dev.heimdall.routing.instance.PortRule;
import dev.heimdall.routing.instance.PortState;
import dev.heimdall.routing.instance.SecurityGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks whether the instance's security groups let clients in, and not everybody. */
final class PortCheck {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.instance");

  private final InstanceMetadata metadata;
  private final SignedCalls calls;
  private final Node node;

  PortCheck(InstanceMetadata metadata, SignedCalls calls, Node node) {
    this.metadata = metadata;
    this.calls = calls;
    this.node = node;
  }

  /** Says what is wrong with the ports of these virtual databases. */
  void check(Configuration configuration) {
    Map<Integer, String> ports = ports(configuration);
    if (ports.isEmpty()) {
      return;
    }
    try {
      List<String> groups = metadata.securityGroups();
      List<PortRule> rules = SecurityGroups.rules(calls, groups);
      Map<Integer, Boolean> open = new TreeMap<>();
      Map<Integer, Boolean> openToAll = new TreeMap<>();
      List<Integer> right = new ArrayList<>();
      ports.forEach(
          (port, vdb) -> {
            PortState state = PortRule.stateOf(port, rules);
            open.put(port, state != PortState.CLOSED);
            openToAll.put(port, state == PortState.OPEN_TO_ALL);
            switch (state) {
              case CLOSED ->
                  LOG.warn(
                      "port {} of virtual database {} is not open in the instance's security groups {}:"
                          + " let the networks of its clients in",
                      port,
                      vdb,
                      groups);
              case OPEN_TO_ALL ->
                  LOG.warn(
                      "port {} of virtual database {} is open to everybody in the instance's security"
                          + " groups {}: let only the networks of its clients in",
                      port,
                      vdb,
                      groups);
              case OPEN -> right.add(port);
            }
          });
      if (!right.isEmpty()) {
        LOG.info("the instance's security groups {} open ports {}", groups, right);
      }
      node.portsSeen(open, openToAll);
    } catch (MetadataException | AwsCallException e) {
      LOG.warn("whether clients get to the ports cannot be looked up: {}", e.getMessage());
    }
  }

  private Map<Integer, String> ports(Configuration configuration) {
    Map<Integer, String> ports = new TreeMap<>();
    for (VirtualDatabase vdb : configuration.vdbs().values()) {
      if (!vdb.address().startsWith("127.") && !vdb.address().equals("::1")) {
        for (int port : vdb.ports()) {
          ports.put(port == 0 ? node.port(vdb.name()) : port, vdb.name());
        }
      }
    }
    return ports;
  }
}
