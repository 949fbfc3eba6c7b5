package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement that needs a database to itself is not kept from it by what the node keeps open. */
class FreedDatabasesIT extends EachNodeKind {
  @BeforeEach
  void prepare() {
    SharedPostgres.primary().execute("ALTER ROLE app CREATEDB");
    SharedPostgres.createDatabase("freed");
  }

  @AfterEach
  void drop() {
    SharedPostgres.primary()
        .execute(
            "DROP DATABASE IF EXISTS freed WITH (FORCE)",
            "DROP DATABASE IF EXISTS freed_copy WITH (FORCE)",
            "ALTER ROLE app NOCREATEDB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP DATABASE freed",
        "DROP DATABASE IF EXISTS \"freed\"",
        "ALTER DATABASE freed RENAME TO freed_copy",
        "CREATE DATABASE freed_copy TEMPLATE freed",
        "CREATE DATABASE freed_copy WITH OWNER = app TEMPLATE = freed ENCODING 'UTF8'",
        "CREATE DATABASE freed_copy WITH TEMPLATE 'freed'",
      })
  void aDatabaseThatItsClientsHaveLeftIsFree(String sql) throws IOException {
    use("freed");
    try (RawClient client = logIn()) {
      assertThat(outcome(client.query(sql))).startsWith(sql.substring(0, 5));
    }
  }

  @Test
  void alsoByTheExtendedProtocol() throws IOException {
    use("freed");
    try (RawClient client = logIn()) {
      client.send(
          Frontend.parse("drop", "DROP DATABASE freed"),
          Frontend.bind("", "drop"),
          Frontend.execute("", 0),
          Frontend.sync());
      assertThat(outcome(client.untilReady())).isEqualTo("DROP DATABASE");
    }
  }

  @Test
  void alsoTheTemplateThatIsNotNamed() throws IOException {
    try (RawClient user = RawClient.logIn(target().in("template1"))) {
      user.query("SELECT 1");
    }
    try (RawClient client = logIn()) {
      assertThat(outcome(client.query("CREATE DATABASE freed_copy"))).isEqualTo("CREATE DATABASE");
    }
  }

  /** The server waits five seconds for the others to go. */
  @Tag("long")
  @Test
  void aDatabaseWithClientsIsInUse() throws IOException {
    try (RawClient user = RawClient.logIn(target().in("freed"));
        RawClient client = logIn()) {
      user.query("SELECT 1");
      assertThat(outcome(client.query("DROP DATABASE freed"))).isEqualTo("55006");
      assertThat(user.value("SELECT 2")).isEqualTo("2");
    }
  }

  @Test
  void theCatalogueIsReadWithoutASnapshotThatStays() throws IOException {
    use("freed");
    Await.until(
        "the reader of the catalogue rests without a snapshot",
        () ->
            SharedPostgres.value(
                    "SELECT coalesce(bool_and(state = 'idle' AND backend_xmin IS NULL), true)"
                        + " FROM pg_stat_activity WHERE application_name = 'heimdall catalogue'")
                .equals("t"));
  }

  /** Has the node make connections to it, and those to read its catalogue, and leaves. */
  private void use(String database) throws IOException {
    try (RawClient user = RawClient.logIn(target().in(database))) {
      Await.until(
          "the catalogue is read",
          () -> {
            user.query("SELECT count(*) FROM pg_class");
            return SharedPostgres.value(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = '"
                        + database
                        + "' AND application_name = 'heimdall catalogue'")
                .equals("1");
          });
      user.send(Frontend.terminate());
    }
  }

  private static String outcome(List<Message> answer) {
    for (Message message : answer) {
      if (message.type() == 'E') {
        return message.sqlState();
      }
      if (message.type() == 'C') {
        return message.text();
      }
    }
    return "";
  }
}
