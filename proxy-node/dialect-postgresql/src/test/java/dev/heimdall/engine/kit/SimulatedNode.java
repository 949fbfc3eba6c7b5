package dev.heimdall.engine.kit;

import dev.heimdall.engine.tracing.Tracing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node between {@link SimulatedClient} and {@link SimulatedServers}. */
final class SimulatedNode extends KitNode<SimulatedServers> {
  private final List<SimulatedClient> clients = new ArrayList<>();

  /**
   * @param directory an empty one, but for rules
   * @param vdb settings of the virtual database in JSON, without source, ports and log-in
   */
  SimulatedNode(Path directory, String vdb) {
    this(directory, KitSettings.of(vdb));
  }

  SimulatedNode(Path directory, KitSettings settings) {
    super(directory, PostgresKit.SPOKEN, settings);
  }

  /** One whose source is a cluster, of which the only server is the writer. */
  static SimulatedNode ofCluster(Path directory, String vdb) {
    return ofCluster(directory, vdb, Optional.empty());
  }

  /** The same, and it traces statements. */
  static SimulatedNode ofCluster(Path directory, String vdb, Optional<Tracing> tracing) {
    SimulatedNode node =
        new SimulatedNode(
            directory,
            KitSettings.of(vdb)
                .withSource("\"cluster\": {\"kind\": \"postgres\"}")
                .withTracing(tracing));
    node.lead();
    return node;
  }

  /** One that has connected, and not logged in. */
  SimulatedClient connect() {
    SimulatedClient client = new SimulatedClient(turns(), address(), buffers());
    clients.add(client);
    return client;
  }

  /** Those that are connected. */
  List<SimulatedClient> here() {
    return clients.stream().filter(SimulatedClient::connected).toList();
  }

  /** One that comes from another process. */
  Travellers.Arrival<SimulatedClient> entered(byte[] state) {
    Travellers.Arrival<SimulatedClient> arrival =
        travellers()
            .enter(
                state,
                turns(),
                buffers(),
                address -> new SimulatedClient(turns(), address, buffers()));
    clients.add(arrival.client());
    return arrival;
  }

  /** One that has logged in. */
  SimulatedClient client(String user) {
    return client(user, Map.of());
  }

  SimulatedClient client(String user, Map<String, String> parameters) {
    SimulatedClient client = connect().logIn(user, parameters);
    List<String> told = client.told();
    if (told.isEmpty() || !told.get(told.size() - 1).equals("ready I")) {
      throw new AssertionError("the log-in was answered by " + told);
    }
    return client;
  }

  @Override
  public void close() {
    clients.forEach(SimulatedClient::leave);
    super.close();
  }
}
