package dev.heimdall.manager.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Engine;
import org.junit.jupiter.api.Test;

class ConnectingTest {
  @Test
  void eachDriverHasItsOwnWords() {
    assertThat(new Connecting("shop", Engine.POSTGRESQL, "node", 6432, "alice", "shop").snippets())
        .extracting(Connecting.Snippet::text)
        .contains(
            "psql \"host=node port=6432 user=alice dbname=shop\"",
            "jdbc:postgresql://node:6432/shop?user=alice&password=PASSWORD",
            "postgres://alice:PASSWORD@node:6432/shop")
        .hasSize(6);
    assertThat(new Connecting("shop", Engine.MYSQL, "node", 6033, "alice", "").snippets())
        .extracting(Connecting.Snippet::text)
        .contains(
            "mariadb -h node -P 6033 -u alice -p DATABASE",
            "alice:PASSWORD@tcp(node:6033)/DATABASE")
        .hasSize(7);
  }
}
