package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.cluster.NodeReport;
import java.util.List;

/**
 * Role of a server in its cluster.
 *
 * @param name what others say that they follow; empty where servers do not say
 * @param system the same for all servers of a cluster; empty where there is no such thing
 * @param lagMillis below 0: not known
 * @param halt why a replica does not follow any writer; empty: it does
 * @param members the others that it names
 */
record ServerRole(
    String name,
    String system,
    boolean writer,
    boolean readOnly,
    long lagMillis,
    String halt,
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
        report.halt(),
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
    return new ServerRole("", "", writer, false, -1, "", List.of(), List.of());
  }
}
