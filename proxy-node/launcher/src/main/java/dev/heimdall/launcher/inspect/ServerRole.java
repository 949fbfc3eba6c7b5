package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.cluster.NodeReport;
import java.util.List;

/**
 * Role of a server in its cluster.
 *
 * @param name what others say that they follow; empty where servers do not say
 * @param system the same for all servers of a cluster; empty where there is no such thing
 * @param lagMillis below 0: not known
 * @param streaming whether a replica gets anything
 * @param members the others that it names
 */
record ServerRole(
    String name,
    String system,
    boolean writer,
    boolean readOnly,
    long lagMillis,
    boolean streaming,
    List<String> members,
    List<String> follows) {
  /** As nodes are told it. */
  static ServerRole of(NodeReport report) {
    return new ServerRole(
        report.name(),
        report.system(),
        report.writer(),
        report.readOnly(),
        report.lagMillis(),
        report.streaming(),
        report.members().stream()
            .map(
                member ->
                    member.name().isEmpty() ? member.address().orElseThrow().host() : member.name())
            .distinct()
            .toList(),
        report.follows());
  }

  /** Of a server about which no more is known. */
  static ServerRole alone(boolean writer) {
    return new ServerRole("", "", writer, false, -1, true, List.of(), List.of());
  }
}
