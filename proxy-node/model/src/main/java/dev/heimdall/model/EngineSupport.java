package dev.heimdall.model;

import java.util.List;
import java.util.Map;

/**
 * What the node can do with servers of an engine.
 *
 * @param servesClients whether it speaks the protocol of their clients, so that virtual databases
 *     may have such data sources
 * @param clusters whether it watches clusters of them
 * @param passesCredentials whether clients may log in there as themselves
 * @param databaseOfUser whether each user has a database of the same name to begin with
 * @param unused settings of data sources that mean nothing there
 */
public record EngineSupport(
    boolean servesClients,
    boolean clusters,
    boolean passesCredentials,
    boolean databaseOfUser,
    List<String> unused) {

  private static final Map<Engine, EngineSupport> TABLE =
      Map.of(
          Engine.POSTGRESQL,
          new EngineSupport(true, true, true, true, List.of()),
          Engine.MYSQL,
          new EngineSupport(
              false,
              false,
              false,
              false,
              List.of(
                  "$.tls.certificateFile",
                  "$.tls.keyFile",
                  "$.tls.channelBinding",
                  "$.tls.direct",
                  "$.tcpUserTimeout",
                  "$.parameters",
                  "$.catalog",
                  "$.driver",
                  "$.cluster")));

  public EngineSupport {
    unused = List.copyOf(unused);
  }

  public static EngineSupport of(Engine engine) {
    return TABLE.get(engine);
  }
}
