package dev.heimdall.test.foreign;

import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.util.List;
import java.util.function.Consumer;

/** A node that sends to MariaDB what says {@code on_crm} in a comment. */
final class ForeignNode {
  private ForeignNode() {}

  static TestNode start(MariaServer server, Consumer<TestConfiguration> more) {
    return TestNode.start(
        c -> {
          c.node("loops", 1)
              .source("crm", "url", server.url("crm"))
              .source("crm", "user", MariaServer.USER)
              .source("crm", "password", MariaServer.PASSWORD)
              .source("crm", "tls.mode", "disable")
              .vdb("pool.size", 2)
              .vdb("ruleSources", List.of("crm"))
              .vdb("rules", List.of("main"))
              .rules("main", forward("on_crm", false), forward("in_app", true));
          more.accept(c);
        });
  }

  private static String forward(String match, boolean setcatalog) {
    return "{\"match\": \"%s\", \"action\": \"forward\", \"parameters\": {\"source\": \"crm\","
            .formatted(match)
        + " \"setcatalog\": "
        + setcatalog
        + "}}";
  }
}
