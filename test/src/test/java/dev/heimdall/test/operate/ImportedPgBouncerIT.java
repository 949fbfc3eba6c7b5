package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.fixture.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PgBouncer's files, and a node that stands in its place for the same clients. */
@Tag("long")
class ImportedPgBouncerIT {
  @TempDir private Path directory;

  @Test
  void aNodeTakesThePlaceOfAPgBouncer() throws Exception {
    int port = FreePort.any();
    Files.writeString(
        directory.resolve("pgbouncer.ini"),
        """
        [databases]
        shop = host=127.0.0.1 port=%d dbname=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        auth_type = scram-sha-256
        auth_file = userlist.txt
        admin_users = moved_in
        pool_mode = transaction
        default_pool_size = 3
        reserve_pool_size = 2
        """
            .formatted(SharedPostgres.target().port(), SharedPostgres.DATABASE, port));
    SharedPostgres.primary().execute("CREATE ROLE moved_in LOGIN PASSWORD 'secret'");
    try {
      String verifier =
          SharedPostgres.value("SELECT rolpassword FROM pg_authid WHERE rolname = 'moved_in'");
      Files.writeString(directory.resolve("userlist.txt"), "\"moved_in\" \"" + verifier + "\"\n");
      Path written = directory.resolve("heimdall");
      assertThat(importInto(written)).contains("1 note;").contains("reserve_pool_size = 2");
      try (StartedNode node = StartedNode.ofWritten(written)) {
        serves(new Target("127.0.0.1", node.port("shop"), "shop", "moved_in", "secret", false));
      }
    } finally {
      SharedPostgres.primary().execute("DROP ROLE moved_in");
    }
  }

  @Test
  void usersWhomItLooksUpInTheDatabaseAreLookedUpByTheNode() throws Exception {
    Files.writeString(
        directory.resolve("pgbouncer.ini"),
        """
        [databases]
        shop = host=127.0.0.1 port=%d dbname=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        auth_type = scram-sha-256
        auth_file = userlist.txt
        auth_user = %s
        """
            .formatted(
                SharedPostgres.target().port(),
                SharedPostgres.DATABASE,
                FreePort.any(),
                SharedPostgres.cluster().superuser()));
    Files.writeString(
        directory.resolve("userlist.txt"),
        "\"%s\" \"%s\"%n"
            .formatted(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password()));
    SharedPostgres.primary().execute("CREATE ROLE looked_up LOGIN PASSWORD 'secret'");
    try {
      Path written = directory.resolve("heimdall");
      assertThat(importInto(written)).doesNotContain(SharedPostgres.cluster().password());
      try (StartedNode node = StartedNode.ofWritten(written)) {
        Target shop =
            new Target("127.0.0.1", node.port("shop"), "shop", "looked_up", "secret", false);
        try (RawClient client = RawClient.logIn(shop)) {
          assertThat(client.value("SELECT current_user")).isEqualTo("looked_up");
        }
        assertThatThrownBy(() -> RawClient.logIn(shop.as("looked_up", "wrong")).close())
            .hasMessageContaining("password authentication failed");
      }
    } finally {
      SharedPostgres.primary().execute("DROP ROLE looked_up");
    }
  }

  private String importInto(Path written) throws Exception {
    return ImportProcess.run("pgbouncer", directory.resolve("pgbouncer.ini"), written);
  }

  private static void serves(Target shop) throws Exception {
    try (RawClient client = RawClient.logIn(shop)) {
      assertThat(client.value("SELECT current_user || ' ' || current_database()"))
          .isEqualTo("moved_in " + SharedPostgres.DATABASE);
    }
    assertThatThrownBy(() -> RawClient.logIn(shop.as("moved_in", "wrong")).close())
        .hasMessageContaining("password authentication failed");
    try (RawClient console = RawClient.logIn(shop.in("pgbouncer"))) {
      assertThat(console.value("SHOW DATABASES")).isEqualTo("shop");
    }
  }
}
