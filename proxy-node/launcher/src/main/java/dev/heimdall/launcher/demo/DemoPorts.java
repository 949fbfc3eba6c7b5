package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** The ports of a demo, all counted from one. */
public record DemoPorts(int base) {
  /** The HTTP endpoint's port is 9 above the base. */
  public static final int HIGHEST_BASE = 65535 - 9;

  static final String HOST = "127.0.0.1";

  int node() {
    return base;
  }

  int primary() {
    return base + 1;
  }

  int firstReplica() {
    return base + 2;
  }

  int secondReplica() {
    return base + 3;
  }

  int manager() {
    return base + 8;
  }

  int http() {
    return base + 9;
  }

  /** Fails with every port that cannot be had, what wanted it, and a base that is free. */
  void requireFree(String product) throws CommandFailure {
    StringBuilder busy = new StringBuilder();
    roles(product)
        .forEach(
            (port, role) -> {
              String why = obstacle(port);
              if (why != null) {
                busy.append(
                    "%n  port %d on %s, wanted for %s: %s".formatted(port, HOST, role, why));
              }
            });
    if (busy.isEmpty()) {
      return;
    }
    throw new CommandFailure(
        ExitCode.STARTUP, "the demo cannot have its ports:%s%n%s".formatted(busy, remedy()));
  }

  private String remedy() {
    String how = "Stop what listens there, or move the demo with --port-base N";
    return IntStream.iterate(6050, candidate -> candidate <= 60050, candidate -> candidate + 1000)
        .mapToObj(DemoPorts::new)
        .filter(other -> other.roles("").keySet().stream().allMatch(port -> obstacle(port) == null))
        .findFirst()
        .map(free -> how + ", for example: heimdall demo --port-base " + free.base())
        .orElse(how + ".");
  }

  private Map<Integer, String> roles(String product) {
    Map<Integer, String> roles = new LinkedHashMap<>();
    roles.put(node(), "the proxy node");
    roles.put(primary(), "the " + product + " primary");
    roles.put(firstReplica(), "the first " + product + " replica");
    roles.put(secondReplica(), "the second " + product + " replica");
    roles.put(manager(), "the manager");
    roles.put(http(), "the node's HTTP endpoint");
    return roles;
  }

  /** Reason that a port cannot be listened on, null if it can. */
  private static String obstacle(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port), 1);
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
