package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.prepared.StatementRoom;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import io.netty.handler.ssl.SslContext;
import java.util.Map;

/**
 * Place to connect to, and the way to do so.
 *
 * @param tls the context to use when the source's TLS mode asks for it, or null for `disable`
 * @param database the server's name of the database
 * @param capabilities what the log-in has to agree on with the server
 * @param extra start-up parameters beside those of the source: `replication` for a walsender
 * @param part of a cluster that it is connected to for
 * @param writable whether it is known to allow writes: one that does not is another one by now
 * @param fence whether it may be sent anything
 */
public record ServerTarget(
    DataSource source,
    SslContext tls,
    String database,
    ServerCredential credential,
    Capabilities capabilities,
    Map<String, String> extra,
    StatementRoom prepared,
    Part part,
    boolean writable,
    Fence fence) {
  /** Part of a cluster. */
  public enum Part {
    /** None: a server by itself, or a question that any server answers. */
    NONE,
    /** For what only the writer may answer. */
    WRITER,
    /** For reads alone. */
    REPLICA
  }

  /** Of a server that may be sent anything at any time. */
  public ServerTarget(
      DataSource source,
      SslContext tls,
      String database,
      ServerCredential credential,
      Capabilities capabilities,
      Map<String, String> extra,
      StatementRoom prepared) {
    this(
        source,
        tls,
        database,
        credential,
        capabilities,
        extra,
        prepared,
        Part.NONE,
        false,
        Fence.NONE);
  }

  /** Returns the same at another server. */
  ServerTarget at(ServerAddress other) {
    return new ServerTarget(
        source.at(other),
        tls,
        database,
        credential,
        capabilities,
        extra,
        prepared,
        part,
        writable,
        fence);
  }

  /** For a connection whose statements count with no other's. */
  public ServerTarget(
      DataSource source,
      SslContext tls,
      String database,
      ServerCredential credential,
      Capabilities capabilities,
      Map<String, String> extra,
      int preparedLimit) {
    this(
        source, tls, database, credential, capabilities, extra, StatementRoom.alone(preparedLimit));
  }

  /** True if it is connected to for what only the writer of a cluster may answer. */
  public boolean writer() {
    return part == Part.WRITER;
  }

  /** Returns this target for reads at a replica. */
  public ServerTarget asReplica() {
    return new ServerTarget(
        source,
        tls,
        database,
        credential,
        capabilities,
        extra,
        prepared,
        Part.REPLICA,
        false,
        fence);
  }
}
