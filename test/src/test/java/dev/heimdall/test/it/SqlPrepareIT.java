package dev.heimdall.test.it;

import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SqlPrepareIT extends EachNodeKind {

  @Test
  void aPrepareRefusedInAFailedTransactionLeavesWhatTheServerKnows() throws IOException {
    sameAsDirect(
        client -> {
          client.query("PREPARE first AS SELECT 'the same text'");
          client.query("BEGIN");
          client.query("SELECT 1/0");
          client.query("PREPARE second AS SELECT 'the same text'");
          client.query("ROLLBACK");
          client.query("EXECUTE second");
          client.query("PREPARE third AS SELECT 'the same text'");
          client.query("EXECUTE third");
          client.query("EXECUTE first");
        });
  }

  @Test
  void whatIsPreparedAmongOtherStatementsIsTheSessionsOwn() throws IOException {
    try (RawClient preparing = logIn()) {
      sameAsDirect(
          client -> {
            client.query("PREPARE among_others AS SELECT 'mine'; SELECT 2");
            client.query("EXECUTE among_others");
          });
      preparing.query("PREPARE among_others AS SELECT 'mine'; SELECT 1/0");
    }
    sameAsDirect(client -> client.query("EXECUTE among_others"));
  }
}
