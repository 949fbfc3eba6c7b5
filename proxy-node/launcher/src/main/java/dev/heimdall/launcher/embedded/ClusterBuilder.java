package dev.heimdall.launcher.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Describes a cluster: ephemeral ports and no replica, until told otherwise.
 *
 * @param <B> the builder itself, which each method returns
 */
public abstract class ClusterBuilder<B extends ClusterBuilder<B, C>, C extends EmbeddedCluster<?>> {
  private static final int ATTEMPTS_ON_EPHEMERAL_PORTS = 3;
  private static final int MOST_REPLICAS = 8;

  private List<Integer> ports = List.of();
  private int replicas;

  protected abstract B self();

  /** Fixed ports, the replicas' after the primary's; this also sets the number of replicas. */
  public final B ports(int primary, int... replicaPorts) {
    ports = new ArrayList<>();
    ports.add(primary);
    for (int port : replicaPorts) {
      ports.add(port);
    }
    replicas = replicaPorts.length;
    return self();
  }

  /** Free ports of the system's choice. The default. */
  public final B ephemeralPorts() {
    ports = List.of();
    return self();
  }

  /** Number of replicas, 0 to 8. Default 0. Not together with {@link #ports}. */
  public final B replicas(int count) {
    if (count < 0 || count > MOST_REPLICAS) {
      throw new IllegalArgumentException("replicas must be 0 to 8, got " + count);
    }
    replicas = count;
    return self();
  }

  /**
   * Starts all servers and waits until they accept connections and the replicas follow.
   *
   * @throws ServerException when that fails; nothing is left behind then
   */
  public final C start() {
    if (!ports.isEmpty() && ports.size() != replicas + 1) {
      throw new IllegalArgumentException(
          "%d ports for 1 primary and %d replicas".formatted(ports.size(), replicas));
    }
    for (int attempt = 1; ; attempt++) {
      try {
        return startOnce();
      } catch (ServerException e) {
        // Between choosing a free port and using it, another process may have taken it.
        boolean taken = e.getMessage().contains("Address already in use");
        if (!taken || !ports.isEmpty() || attempt == ATTEMPTS_ON_EPHEMERAL_PORTS) {
          throw e;
        }
      }
    }
  }

  protected abstract C startOnce();

  /** Places of its servers, the primary first: free ports are chosen now. */
  protected final List<EmbeddedServer.Place> places(Path home) {
    List<Integer> chosen = ports.isEmpty() ? freePorts(replicas + 1) : ports;
    List<EmbeddedServer.Place> places = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      places.add(new EmbeddedServer.Place(i == 0 ? "primary" : "replica" + i, chosen.get(i), home));
    }
    return places;
  }

  /** Preparation of a new cluster. */
  protected interface Preparation {
    void run() throws IOException;
  }

  /** Prepares a cluster, and closes it if that fails. */
  protected static void prepare(EmbeddedCluster<?> cluster, Preparation preparation) {
    try {
      preparation.run();
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    } catch (IOException e) {
      cluster.close();
      throw new ServerException("cannot prepare " + cluster.directory() + ": " + e.getMessage(), e);
    }
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getByName(EmbeddedServer.HOST)));
      }
      List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : held) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new ServerException(
          "no free port on " + EmbeddedServer.HOST + ": " + e.getMessage(), e);
    }
  }

  protected static String randomPassword() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
