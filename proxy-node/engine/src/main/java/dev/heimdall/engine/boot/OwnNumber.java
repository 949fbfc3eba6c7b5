package dev.heimdall.engine.boot;

import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** By which number the node is known in its fleet. */
final class OwnNumber {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  private OwnNumber() {}

  /** The one that is written down, or that of the node's address in the fleet's networks. */
  static FleetNumbers of(Configuration configuration) {
    List<Cidr> networks = configuration.node().peerNetworks();
    if (networks.isEmpty()) {
      return FleetNumbers.of(configuration.node().id());
    }
    FleetNumbers listening = FleetNumbers.among(networks, listening(configuration));
    FleetNumbers found =
        listening.isFound() ? listening : FleetNumbers.among(networks, ofMachine());
    if (!found.isFound()) {
      LOG.warn(
          "no address of this machine is in peerNetworks of node.json: other nodes cannot pass"
              + " cancel requests and KILL on to this one");
    }
    return found;
  }

  /** Addresses at which virtual databases listen and at no other. */
  private static List<InetAddress> listening(Configuration configuration) {
    List<InetAddress> found = new ArrayList<>();
    for (VirtualDatabase vdb : configuration.vdbs().values()) {
      try {
        found.add(InetAddress.getByName(vdb.address())); // a literal: nothing is looked up
      } catch (UnknownHostException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private static List<InetAddress> ofMachine() {
    try {
      return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    } catch (SocketException e) {
      LOG.warn("the addresses of this machine cannot be told: {}", e.getMessage());
      return List.of();
    }
  }
}
