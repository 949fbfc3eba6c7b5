package dev.heimdall.test.cluster;

import dev.heimdall.test.freshness.PostgresServers;
import dev.heimdall.test.freshness.Servers;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/** The contract on PostgreSQL. */
@Tag("ci")
class ReplayedTransactionsIT extends ReplayedTransactionsContract {
  @Override
  Servers servers() {
    return new PostgresServers();
  }

  @Override
  String[] properties(int client) {
    return switch (client % 3) {
      case 0 -> new String[] {"preferQueryMode", "simple"};
      case 1 -> new String[] {"prepareThreshold", "1"};
      default -> new String[0];
    };
  }

  @Override
  Set<String> unknown() {
    return Set.of("08006", "57P01", "57P02", "25006");
  }

  @Override
  Set<String> refusals() {
    return Set.of("40001");
  }

  @Override
  boolean mayEnd(TransferClient.Complaint complaint) {
    return false;
  }
}
